package io.github.reactoruring.internal.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

import io.github.reactoruring.internal.plan.CancelKey.Kind;

/**
 * Assigns every cell of a batch to the one key that is to cover it, or to cancels by {@code user_data}.
 * <p>
 * The opcodes that need a key take their whole columns first. What is left of a row goes to its own key where that takes
 * fewer SQEs than the cells, or the same number of visits as the only one.
 */
final class PlanDraft {

    private static final int SINGLES = -1;

    private final ExactKeys keys;
    private final DisposalTable table;
    private final List<Key> wide = new ArrayList<>();
    private final int[] keyOfCell;
    private long charge;

    /** Names a usable key, by its row, cell or column, and counts the requests assigned to it. */
    private record Key(Kind kind, int at, long charge, int covered) {

        double chargePerSavedSqe() {
            return charge / (double) (covered - 1);
        }
    }

    PlanDraft(ExactKeys keys) {
        this.keys = keys;
        table = keys.table;
        boolean[] needed = FewestKeys.neededColumns(keys);
        keyOfCell = new int[table.cells];
        Arrays.fill(keyOfCell, SINGLES);
        int[] keyOfColumn = new int[table.columns];
        for (int c = 0; c < table.columns; c++) {
            keyOfColumn[c] = needed[c]
                    ? add(new Key(Kind.OPCODE, c, keys.columnCharge(c), table.columnSize[c]))
                    : SINGLES;
        }
        for (int c = 0; c < table.cells; c++) {
            keyOfCell[c] = keyOfColumn[table.cellColumn[c]];
        }
        for (int r = 0; r < table.rows; r++) {
            assignRow(r);
        }
    }

    private void assignRow(int row) {
        int cellsLeft = 0;
        int requestsLeft = 0;
        int keysLeft = 0;
        for (int c = table.firstCellInRow[row]; c >= 0; c = table.nextCellInRow[c]) {
            if (keyOfCell[c] == SINGLES) {
                cellsLeft++;
                requestsLeft += table.cellSize[c];
                keysLeft += keys.cellKeys(c);
            }
        }
        boolean wholeRow = requestsLeft == table.rowSize[row];
        boolean useRow = keys.row[row] && (keysLeft > 1 || wholeRow && cellsLeft == 1 && requestsLeft > 1);
        int rowKey = useRow ? add(new Key(Kind.FILE, row, keys.rowCharge(row), requestsLeft)) : SINGLES;
        for (int c = table.firstCellInRow[row]; c >= 0; c = table.nextCellInRow[c]) {
            if (keyOfCell[c] == SINGLES) {
                keyOfCell[c] = useRow || !keys.cell[c]
                        ? rowKey
                        : add(new Key(Kind.FILE_AND_OPCODE, c, keys.cellCharge(c), table.cellSize[c]));
            }
        }
    }

    private int add(Key key) {
        wide.add(key);
        charge += key.charge;
        return wide.size() - 1;
    }

    boolean fits(long budget) {
        return charge <= budget;
    }

    /**
     * Makes unusable the keys that the budget has no room for, the most visits per saved SQE first. Where keys of
     * opcodes are among them it is those alone: without them the other keys save more.
     */
    void refuseWhatDoesNotFit(long budget) {
        List<Key> byWorth = new ArrayList<>(wide);
        byWorth.sort(Comparator.comparingDouble(Key::chargePerSavedSqe));
        List<Key> refused = new ArrayList<>();
        boolean opcodeRefused = false;
        long spent = 0;
        for (Key key : byWorth) {
            if (key.charge <= budget - spent) {
                spent += key.charge;
            } else {
                refused.add(key);
                opcodeRefused |= key.kind == Kind.OPCODE;
            }
        }
        for (Key key : refused) {
            if (key.kind == Kind.OPCODE || !opcodeRefused) {
                usable(key.kind)[key.at] = false;
            }
        }
    }

    private boolean[] usable(Kind kind) {
        return switch (kind) {
            case FILE -> keys.row;
            case FILE_AND_OPCODE -> keys.cell;
            case OPCODE -> keys.column;
        };
    }

    CancelPlan toPlan(InFlightCounts inFlight, List<Disposed> disposed) {
        int[][] covered = new int[wide.size()][];
        int inWideKeys = 0;
        for (int k = 0; k < covered.length; k++) {
            covered[k] = new int[wide.get(k).covered];
            inWideKeys += covered[k].length;
        }
        long[] singles = new long[disposed.size() - inWideKeys];
        int[] filled = new int[covered.length];
        int singlesFilled = 0;
        int i = 0;
        for (Disposed request : disposed) {
            int key = keyOfCell[table.cellOf[i]];
            if (key == SINGLES) {
                singles[singlesFilled++] = request.userData();
            } else {
                covered[key][filled[key]++] = i;
            }
            i++;
        }
        List<CancelKey> wideKeys = new ArrayList<>(covered.length);
        for (int k = 0; k < covered.length; k++) {
            wideKeys.add(cancelKey(wide.get(k), inFlight, covered[k]));
        }
        return new CancelPlan(wideKeys, singles);
    }

    private CancelKey cancelKey(Key key, InFlightCounts inFlight, int[] covered) {
        if (key.kind == Kind.OPCODE) {
            return new CancelKey(Kind.OPCODE, -1, false, table.columnOpcode[key.at], covered);
        }
        boolean wholeFile = key.kind == Kind.FILE;
        int file = wholeFile ? table.rowFile[key.at] : table.cellFile(key.at);
        int opcode = wholeFile ? 0 : table.cellOpcode(key.at);
        return new CancelKey(key.kind, inFlight.fileDescriptor(file), inFlight.fileIsFixed(file), opcode, covered);
    }
}
