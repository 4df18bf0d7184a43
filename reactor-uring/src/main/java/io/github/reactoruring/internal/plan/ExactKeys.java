package io.github.reactoruring.internal.plan;

import java.util.Arrays;

/**
 * Holds, for every row, cell and column of a batch, whether a key over it may be used, and what it costs.
 * <p>
 * Usable are the keys that match at least two requests, none but disposed ones, that the kernel takes and that alone
 * stay within the stall budget. A key of one request is a cancel by {@code user_data}, which costs less; one of the only
 * cell of a row would match what the row's does.
 */
final class ExactKeys {

    final DisposalTable table;
    private final CancelCost cost;
    /** Says, by row, whether a key by file is usable. Taken back when the budget refuses it; likewise the others. */
    final boolean[] row;
    /** Says, by cell, whether a key by file and opcode is usable. */
    final boolean[] cell;
    /** Says, by column, whether a key by opcode is usable. */
    final boolean[] column;

    ExactKeys(DisposalTable table, InFlightCounts inFlight, CancelCapabilities capabilities, CancelCost cost,
            long budget) {
        this.table = table;
        this.cost = cost;
        row = new boolean[table.rows];
        cell = new boolean[table.cells];
        column = new boolean[table.columns];
        for (int r = 0; r < table.rows; r++) {
            checkFile(r, inFlight, capabilities, budget);
        }
        for (int c = 0; c < table.columns; c++) {
            int size = table.columnSize[c];
            int opcode = table.columnOpcode[c];
            column[c] = size > 1 && capabilities.canMatchOpcode() && cost.opcode(opcode, size) <= budget
                    && size == inFlight.withOpcode(opcode);
        }
    }

    private void checkFile(int r, InFlightCounts inFlight, CancelCapabilities capabilities, long budget) {
        int file = table.rowFile[r];
        if (table.rowSize[r] < 2 || file == Disposed.NO_FILE || !inFlight.fileMatchable(file)
                || !capabilities.canMatchFile(inFlight.fileIsFixed(file))) {
            return;
        }
        row[r] = table.rowSize[r] == inFlight.onFile(file) && rowCharge(r) <= budget;
        if (!capabilities.canMatchOpcode()) {
            return;
        }
        for (int c = table.firstCellInRow[r]; c >= 0; c = table.nextCellInRow[c]) {
            int size = table.cellSize[c];
            boolean sameAsRow = row[r] && size == table.rowSize[r];
            cell[c] = size > 1 && !sameAsRow && cellCharge(c) <= budget
                    && size == inFlight.onFileWithOpcode(file, table.cellOpcode(c));
        }
    }

    void refuseAll() {
        Arrays.fill(row, false);
        Arrays.fill(cell, false);
        Arrays.fill(column, false);
    }

    /** Returns the visits that the budget is charged for a key by file. */
    long rowCharge(int r) {
        return cost.polls(table.rowSize[r]);
    }

    /** Returns the visits that the budget is charged for a key by file and opcode. */
    long cellCharge(int c) {
        return cost.polls(table.cellSize[c]);
    }

    /** Returns the visits that the budget is charged for a key by opcode. */
    long columnCharge(int c) {
        return Math.max(0, cost.opcode(table.columnOpcode[c], table.columnSize[c]));
    }

    /** Returns how many SQEs a cell takes where neither its row nor its column has a key. */
    int cellKeys(int c) {
        return cell[c] ? 1 : table.cellSize[c];
    }
}
