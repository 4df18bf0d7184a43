package io.github.reactoruring.internal.plan;

import java.util.Arrays;

/**
 * Finds the opcodes that need a key in every plan of the fewest SQEs.
 * <p>
 * A cell of a file with a usable key goes with its file or with its opcode: the fewest keys are a smallest vertex cover,
 * the files on one side, the opcodes on the other, and a cell an edge between them. That is as large as a largest matching
 * of files to opcodes (Kőnig), and what a file that is left over can reach by exchanging partners are the opcodes that no
 * smallest cover is without. Elsewhere each SQE that a cell takes stands for a file of its own. A file that takes an SQE
 * whatever becomes of the opcodes needs no partner.
 */
final class FewestKeys {

    private static final int NOBODY = Integer.MIN_VALUE;

    private final ExactKeys keys;
    private final DisposalTable table;
    private final boolean[] needed;
    /** Says, by column, whether the search for a partner has been there: whoever gets to one that is needed finds none. */
    private final boolean[] seen;
    /** Holds, by column, the row it is matched to, or ~cell for a cell that stands for itself. */
    private final int[] partner;

    private FewestKeys(ExactKeys keys) {
        this.keys = keys;
        table = keys.table;
        needed = new boolean[table.columns];
        seen = new boolean[table.columns];
        partner = new int[table.columns];
        Arrays.fill(partner, NOBODY);
    }

    /** Returns, by column of the table, whether its opcode needs a key; all else is best left to its file. */
    static boolean[] neededColumns(ExactKeys keys) {
        FewestKeys fewest = new FewestKeys(keys);
        for (int r = 0; r < keys.table.rows; r++) {
            if (!keys.row[r]) {
                fewest.matchCells(r);
            } else if (fewest.mayBeSpared(r)) {
                fewest.match(r);
            }
        }
        return fewest.needed;
    }

    private void matchCells(int row) {
        for (int c = table.firstCellInRow[row]; c >= 0; c = table.nextCellInRow[c]) {
            if (keys.column[table.cellColumn[c]]) {
                // More than two are no more reason than two.
                for (int sqes = Math.min(2, keys.cellKeys(c)); sqes > 0; sqes--) {
                    match(~c);
                }
            }
        }
    }

    private boolean mayBeSpared(int row) {
        for (int c = table.firstCellInRow[row]; c >= 0; c = table.nextCellInRow[c]) {
            if (!keys.column[table.cellColumn[c]]) {
                return false;
            }
        }
        return true;
    }

    private void match(int rowOrCell) {
        boolean matched = findPartner(rowOrCell);
        System.arraycopy(matched ? needed : seen, 0, matched ? seen : needed, 0, seen.length);
    }

    /** Searches one column deeper with each call. */
    private boolean findPartner(int rowOrCell) {
        int c = rowOrCell < 0 ? ~rowOrCell : table.firstCellInRow[rowOrCell];
        while (c >= 0) {
            int column = table.cellColumn[c];
            if (!seen[column]) {
                seen[column] = true;
                if (partner[column] == NOBODY || findPartner(partner[column])) {
                    partner[column] = rowOrCell;
                    return true;
                }
            }
            c = rowOrCell < 0 ? -1 : table.nextCellInRow[c];
        }
        return false;
    }
}
