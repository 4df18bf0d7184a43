package io.github.reactoruring.internal.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds the opcodes whose keys make a plan of the fewest SQEs, and among those the one of the fewest visits.
 * <p>
 * Once the opcodes are chosen every file decides for itself. Where its own key is usable, what is left of it takes one
 * SQE, whether that is much or little; elsewhere each cell left counts on its own. So an opcode that saves two SQEs
 * whatever else is chosen is in every best plan, one that can save but one is no better than the finer key, and only
 * opcodes that meet on the same files are left to be tried in all combinations.
 * <p>
 * Of more than {@value #MAX_TRIED} such opcodes, those that can save the most are tried and the rest left out, so that
 * the plan, still exact, may not be the smallest.
 */
final class CoverSearch {

    static final int MAX_TRIED = 12;
    private static final int MANY = -2;
    private static final int NONE = -1;

    private final ExactKeys keys;
    private final DisposalTable table;
    private final boolean[] chosen;
    /** Counts, by column, the SQEs its cells take in the rows that have no usable key, and their visits. */
    private final long[] outside;
    private final long[] outsideCharge;

    private CoverSearch(ExactKeys keys) {
        this.keys = keys;
        table = keys.table;
        chosen = new boolean[table.columns];
        outside = new long[table.columns];
        outsideCharge = new long[table.columns];
    }

    /** Returns, by column of the table, whether the best plan has a key for its opcode. */
    static boolean[] chooseColumns(ExactKeys keys) {
        CoverSearch search = new CoverSearch(keys);
        if (search.anyUsable()) {
            search.countOutside();
            while (search.chooseSaversOfTwo()) {
                // What was chosen leaves rows with a single cell, which may make the next opcode worth it.
            }
            search.tryTheRest();
        }
        return search.chosen;
    }

    private boolean anyUsable() {
        for (boolean usable : keys.column) {
            if (usable) {
                return true;
            }
        }
        return false;
    }

    private void countOutside() {
        for (int c = 0; c < table.cells; c++) {
            if (!keys.row[table.cellRow[c]]) {
                outside[table.cellColumn[c]] += keys.cellKeys(c);
                outsideCharge[table.cellColumn[c]] += keys.cell[c] ? keys.cellCharge(c) : 0;
            }
        }
    }

    private boolean chooseSaversOfTwo() {
        long[] saves = outside.clone();
        for (int r = 0; r < table.rows; r++) {
            int cell = keys.row[r] ? onlyCellLeft(r) : NONE;
            if (cell >= 0) {
                saves[table.cellColumn[cell]]++;
            }
        }
        boolean changed = false;
        for (int c = 0; c < table.columns; c++) {
            if (keys.column[c] && !chosen[c] && saves[c] >= 2) {
                chosen[c] = true;
                changed = true;
            }
        }
        return changed;
    }

    private int onlyCellLeft(int row) {
        int found = NONE;
        for (int c = table.firstCellInRow[row]; c >= 0; c = table.nextCellInRow[c]) {
            if (!chosen[table.cellColumn[c]]) {
                if (found != NONE) {
                    return MANY;
                }
                found = c;
            }
        }
        return found;
    }

    private void tryTheRest() {
        int[] tried = columnsWorthTrying();
        if (tried.length == 0) {
            return;
        }
        List<Rows> groups = groupRows(tried);
        int best = 0;
        long bestCount = Long.MAX_VALUE;
        long bestCharge = Long.MAX_VALUE;
        for (int set = 0; set < 1 << tried.length; set++) {
            long count = Integer.bitCount(set);
            long charge = 0;
            for (int bit = 0; bit < tried.length; bit++) {
                boolean in = (set & 1 << bit) != 0;
                count += in ? 0 : outside[tried[bit]];
                charge = CancelCost.saturatingAdd(charge,
                        in ? keys.columnCharge(tried[bit]) : outsideCharge[tried[bit]]);
            }
            for (Rows rows : groups) {
                count += rows.keysLeftBy(set);
                charge = CancelCost.saturatingAdd(charge, rows.chargeLeftBy(set));
            }
            if (count < bestCount || count == bestCount && charge < bestCharge) {
                best = set;
                bestCount = count;
                bestCharge = charge;
            }
        }
        for (int bit = 0; bit < tried.length; bit++) {
            chosen[tried[bit]] = (best & 1 << bit) != 0;
        }
    }

    private int[] columnsWorthTrying() {
        long[] saves = outside.clone();
        for (int c = 0; c < table.cells; c++) {
            saves[table.cellColumn[c]] += keys.row[table.cellRow[c]] ? 1 : 0;
        }
        int[] worth = new int[table.columns];
        int count = 0;
        for (int c = 0; c < table.columns; c++) {
            if (keys.column[c] && !chosen[c] && saves[c] >= 2) {
                int at = count++;
                while (at > 0 && saves[worth[at - 1]] < saves[c]) {
                    worth[at] = worth[--at];
                }
                worth[at] = c;
            }
        }
        return Arrays.copyOf(worth, Math.min(count, MAX_TRIED));
    }

    private List<Rows> groupRows(int[] tried) {
        int[] bitOf = new int[table.columns];
        Arrays.fill(bitOf, NONE);
        for (int bit = 0; bit < tried.length; bit++) {
            bitOf[tried[bit]] = bit;
        }
        Rows[] byKind = new Rows[3 << tried.length];
        List<Rows> groups = new ArrayList<>();
        for (int r = 0; r < table.rows; r++) {
            int set = 0;
            int others = 0;
            int lastOther = NONE;
            for (int c = keys.row[r] ? table.firstCellInRow[r] : NONE; c >= 0; c = table.nextCellInRow[c]) {
                int column = table.cellColumn[c];
                if (bitOf[column] >= 0) {
                    set |= 1 << bitOf[column];
                } else if (!chosen[column]) {
                    others = Math.min(2, others + 1);
                    lastOther = c;
                }
            }
            if (set != 0) {
                int kind = set * 3 + others;
                if (byKind[kind] == null) {
                    byKind[kind] = new Rows(set, others, tried.length);
                    groups.add(byKind[kind]);
                }
                byKind[kind].add(keys, r, lastOther, bitOf);
            }
        }
        return groups;
    }

    /** Sums up the rows that have a usable key, the same opcodes among those tried, and 0, 1 or more other cells. */
    private static final class Rows {
        private final int set;
        private final int others;
        private final long[] cellCharge;
        private long rows;
        private long rowCharge;
        private long otherCharge;

        Rows(int set, int others, int tried) {
            this.set = set;
            this.others = others;
            cellCharge = new long[tried];
        }

        void add(ExactKeys keys, int row, int other, int[] bitOf) {
            rows++;
            rowCharge = CancelCost.saturatingAdd(rowCharge, keys.rowCharge(row));
            if (others == 1) {
                otherCharge = CancelCost.saturatingAdd(otherCharge, chargeAlone(keys, other));
            }
            DisposalTable table = keys.table;
            for (int c = table.firstCellInRow[row]; c >= 0; c = table.nextCellInRow[c]) {
                int bit = bitOf[table.cellColumn[c]];
                if (bit >= 0) {
                    cellCharge[bit] = CancelCost.saturatingAdd(cellCharge[bit], chargeAlone(keys, c));
                }
            }
        }

        private static long chargeAlone(ExactKeys keys, int cell) {
            if (keys.table.cellSize[cell] == 1) {
                return 0;
            }
            return keys.cell[cell] ? keys.cellCharge(cell) : keys.rowCharge(keys.table.cellRow[cell]);
        }

        long keysLeftBy(int chosenSet) {
            return (set & ~chosenSet) == 0 && others == 0 ? 0 : rows;
        }

        long chargeLeftBy(int chosenSet) {
            int left = set & ~chosenSet;
            if (left == 0 && others < 2) {
                return otherCharge;
            }
            if (others == 0 && Integer.bitCount(left) == 1) {
                return cellCharge[Integer.numberOfTrailingZeros(left)];
            }
            return rowCharge;
        }
    }
}
