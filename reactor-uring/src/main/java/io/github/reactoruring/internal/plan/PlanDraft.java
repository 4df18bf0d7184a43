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
 * fewer SQEs than the cells.
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
        int requestsLeft = 0;
        int keysLeft = 0;
        for (int c = table.firstCellInRow[row]; c >= 0; c = table.nextCellInRow[c]) {
            if (keyOfCell[c] == SINGLES) {
                requestsLeft += table.cellSize[c];
                keysLeft += keys.cellKeys(c);
            }
        }
        boolean useRow = keys.row[row] && keysLeft > 1;
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

    /** Tells whether the budget has room for all keys. Less than nothing may be left of it: what costs nothing fits. */
    boolean fits(long budget) {
        return charge <= Math.max(0, budget);
    }

    /**
     * Makes unusable the keys that the budget has no room for, those that save the fewest SQEs first. Where keys of
     * opcodes are among them it is those alone: without them the other keys save more.
     */
    void refuseWhatDoesNotFit(long budget) {
        List<Key> refused = new ArrayList<>();
        sortOut(budget, new ArrayList<>(), refused);
        boolean opcodes = false;
        for (Key key : refused) {
            opcodes |= key.kind == Kind.OPCODE;
        }
        for (Key key : refused) {
            if (key.kind == Kind.OPCODE || !opcodes) {
                usable(key.kind)[key.at] = false;
            }
        }
    }

    /** Makes unusable all keys but those of this draft that the budget has room for: the next draft fits. */
    void keepWhatFits(long budget) {
        List<Key> kept = new ArrayList<>();
        sortOut(budget, kept, new ArrayList<>());
        keys.refuseAll();
        for (Key key : kept) {
            usable(key.kind)[key.at] = true;
        }
    }

    private void sortOut(long budget, List<Key> fitting, List<Key> others) {
        List<Key> bySaving = new ArrayList<>(wide);
        bySaving.sort(Comparator.comparingInt(Key::covered).reversed().thenComparingLong(Key::charge));
        long left = Math.max(0, budget);
        for (Key key : bySaving) {
            boolean fits = key.charge <= left;
            left -= fits ? key.charge : 0;
            (fits ? fitting : others).add(key);
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
        long[] byUserData = new long[disposed.size() - inWideKeys];
        int[] filled = new int[covered.length];
        int next = 0;
        int i = 0;
        for (Disposed request : disposed) {
            int key = keyOfCell[table.cellOf[i]];
            if (key == SINGLES) {
                byUserData[next++] = request.userData();
            } else {
                covered[key][filled[key]++] = i;
            }
            i++;
        }
        List<CancelKey> wideKeys = new ArrayList<>(covered.length);
        for (int k = 0; k < covered.length; k++) {
            wideKeys.add(cancelKey(wide.get(k), inFlight, covered[k]));
        }
        return new CancelPlan(wideKeys, byUserData);
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
