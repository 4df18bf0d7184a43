package io.github.reactoruring.internal.plan;

import java.util.Arrays;
import java.util.List;

/**
 * Counts one batch of disposed requests as a table: a row per file, a column per opcode, a cell per pair in use.
 * <p>
 * Requests that no cancel by file can find share the row of {@link Disposed#NO_FILE}. Built in one pass, one hash
 * look-up per change of file.
 */
final class DisposalTable {

    private static final int NONE = -1;

    /** Holds, by position in the batch, the cell a request counts in. */
    final int[] cellOf;

    int cells;
    int[] cellRow = new int[8];
    int[] cellColumn = new int[8];
    int[] cellSize = new int[8];
    int[] nextCellInRow = new int[8];

    int rows;
    int[] rowFile = new int[8];
    int[] rowSize = new int[8];
    int[] firstCellInRow = new int[8];

    int columns;
    int[] columnOpcode = new int[8];
    int[] columnSize = new int[8];

    /** Maps a file to its row + 1 by open addressing; at most half full. */
    private int[] rowByHash = new int[16];

    DisposalTable(List<Disposed> disposed) {
        cellOf = new int[disposed.size()];
        int cell = NONE;
        int i = 0;
        for (Disposed request : disposed) {
            int file = request.file() >= 0 && CancelCost.hasFile(request.opcode())
                    ? request.file()
                    : Disposed.NO_FILE;
            if (cell == NONE || rowFile[cellRow[cell]] != file
                    || columnOpcode[cellColumn[cell]] != request.opcode()) {
                cell = cell(row(file), column(request.opcode()));
            }
            cellSize[cell]++;
            rowSize[cellRow[cell]]++;
            columnSize[cellColumn[cell]]++;
            cellOf[i++] = cell;
        }
    }

    int cellOpcode(int cell) {
        return columnOpcode[cellColumn[cell]];
    }

    int cellFile(int cell) {
        return rowFile[cellRow[cell]];
    }

    private int row(int file) {
        int mask = rowByHash.length - 1;
        int hash = hash(file) & mask;
        while (rowByHash[hash] != 0) {
            int row = rowByHash[hash] - 1;
            if (rowFile[row] == file) {
                return row;
            }
            hash = (hash + 1) & mask;
        }
        if (rows == rowFile.length) {
            growRows();
            return row(file);
        }
        rowFile[rows] = file;
        firstCellInRow[rows] = NONE;
        rowByHash[hash] = ++rows;
        return rows - 1;
    }

    private void growRows() {
        int length = rows * 2;
        rowFile = Arrays.copyOf(rowFile, length);
        rowSize = Arrays.copyOf(rowSize, length);
        firstCellInRow = Arrays.copyOf(firstCellInRow, length);
        rowByHash = new int[length * 2];
        int mask = rowByHash.length - 1;
        for (int row = 0; row < rows; row++) {
            int hash = hash(rowFile[row]) & mask;
            while (rowByHash[hash] != 0) {
                hash = (hash + 1) & mask;
            }
            rowByHash[hash] = row + 1;
        }
    }

    private static int hash(int file) {
        int product = file * 0x9E3779B9;
        return product ^ (product >>> 16);
    }

    private int column(int opcode) {
        for (int column = 0; column < columns; column++) {
            if (columnOpcode[column] == opcode) {
                return column;
            }
        }
        if (columns == columnOpcode.length) {
            columnOpcode = Arrays.copyOf(columnOpcode, columns * 2);
            columnSize = Arrays.copyOf(columnSize, columns * 2);
        }
        columnOpcode[columns] = opcode;
        return columns++;
    }

    private int cell(int row, int column) {
        for (int cell = firstCellInRow[row]; cell != NONE; cell = nextCellInRow[cell]) {
            if (cellColumn[cell] == column) {
                return cell;
            }
        }
        if (cells == cellRow.length) {
            int length = cells * 2;
            cellRow = Arrays.copyOf(cellRow, length);
            cellColumn = Arrays.copyOf(cellColumn, length);
            cellSize = Arrays.copyOf(cellSize, length);
            nextCellInRow = Arrays.copyOf(nextCellInRow, length);
        }
        cellRow[cells] = row;
        cellColumn[cells] = column;
        nextCellInRow[cells] = firstCellInRow[row];
        firstCellInRow[row] = cells;
        return cells++;
    }
}
