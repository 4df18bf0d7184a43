package io.github.reactoruring.internal.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import io.github.reactoruring.CancelPolicy;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;

/** Compares the matching, which tries no set of opcodes, with a search that tries them all, on larger tables. */
class FewestKeysPropertiesTest {

    private static final int FILES = 8;
    private static final int OPCODES = 6;

    /** Is one cell of the table: how many requests, and whether one of them was not disposed. */
    private record Cell(int disposed, boolean oneMore) {
    }

    @Property(tries = 3000, edgeCases = EdgeCasesMode.NONE)
    void makesAsFewAsTheBestSetOfOpcodes(@ForAll("tables") List<Cell> cells, @ForAll("shapes") boolean[] shape) {
        SimulatedRing ring = ring(cells, shape);
        CancelPlan plan = CancelPlanner.plan(ring, ring.disposed(), SimulatedRing.LINUX_6_6, CancelPolicy.always());

        long[] best = {Long.MAX_VALUE, Long.MAX_VALUE};
        long armed = ring.armed();
        for (int opcodes = 0; opcodes < 1 << OPCODES; opcodes++) {
            long[] found = planWith(armed, cells, shape, opcodes);
            if (found[0] < best[0] || found[0] == best[0] && found[1] < best[1]) {
                best = found;
            }
        }
        PlanSize size = PlanSize.of(ring, plan);
        Statistics.label("with the fewest visits").collect(size.charge() == best[1]);
        assertThat((long) size.sqes()).isEqualTo(best[0]);
        assertThat(size.charge()).isBetween(best[1], PlanSize.MOST_TIMES_THE_FEWEST_VISITS * best[1]);
    }

    /** Returns the keys and visits of the smallest plan that has keys of exactly these opcodes. */
    private static long[] planWith(long armed, List<Cell> cells, boolean[] shape, int opcodes) {
        long keys = 0;
        long charge = 0;
        for (int opcode = 0; opcode < OPCODES; opcode++) {
            if ((opcodes & 1 << opcode) != 0) {
                int size = 0;
                for (int file = 0; file < FILES; file++) {
                    Cell cell = cells.get(file * OPCODES + opcode);
                    if (cell.oneMore) {
                        return new long[]{Long.MAX_VALUE, Long.MAX_VALUE};
                    }
                    size += cell.disposed;
                }
                keys++;
                charge += PlanSize.charge(armed, false, size);
            }
        }
        for (int file = 0; file < FILES; file++) {
            long[] row = rowWith(armed, cells.subList(file * OPCODES, (file + 1) * OPCODES), shape[file], opcodes);
            keys += row[0];
            charge += row[1];
        }
        return new long[]{keys, charge};
    }

    private static long[] rowWith(long armed, List<Cell> row, boolean matchable, int opcodes) {
        long keys = 0;
        long charge = 0;
        for (int opcode = 0; opcode < OPCODES; opcode++) {
            Cell cell = row.get(opcode);
            if ((opcodes & 1 << opcode) == 0 && cell.disposed > 0) {
                boolean single = cell.disposed == 1;
                boolean exact = matchable && !cell.oneMore && !single;
                keys += exact || single ? 1 : cell.disposed;
                charge += exact ? PlanSize.charge(armed, false, cell.disposed) : 0;
            }
        }
        int whole = row.stream().mapToInt(Cell::disposed).sum();
        boolean rowExact = matchable && row.stream().noneMatch(Cell::oneMore);
        return rowExact && keys > 1
                ? new long[]{1, PlanSize.charge(armed, false, whole)}
                : new long[]{keys, charge};
    }

    private static SimulatedRing ring(List<Cell> cells, boolean[] shape) {
        SimulatedRing ring = new SimulatedRing();
        for (int file = 0; file < FILES; file++) {
            ring.file(false, !shape[file]);
            for (int opcode = 0; opcode < OPCODES; opcode++) {
                Cell cell = cells.get(file * OPCODES + opcode);
                ring.add(cell.disposed, 100 + opcode, file, true);
                ring.add(cell.oneMore ? 1 : 0, 100 + opcode, file, false);
            }
        }
        return ring;
    }

    /** Mostly empty cells, in most tables: full rows and columns leave little to choose. */
    @Provide
    Arbitrary<List<Cell>> tables() {
        Arbitrary<Integer> few = Arbitraries.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3);
        Arbitrary<Integer> some = Arbitraries.of(0, 0, 0, 0, 1, 2);
        Arbitrary<Integer> many = Arbitraries.of(0, 1, 1, 2);
        return Arbitraries.of(few, few, few, some, some, many).flatMap(this::table);
    }

    private Arbitrary<List<Cell>> table(Arbitrary<Integer> disposed) {
        Arbitrary<Boolean> oneMore = Arbitraries.integers().between(0, 59).map(n -> n == 59);
        return Combinators.combine(disposed, oneMore).as(Cell::new).list().ofSize(FILES * OPCODES);
    }

    /** Says which files a cancel by file may be used on. */
    @Provide
    Arbitrary<boolean[]> shapes() {
        return Arbitraries.of(true, true, true, true, false).array(Boolean[].class).ofSize(FILES).map(boxed -> {
            boolean[] matchable = new boolean[FILES];
            for (int file = 0; file < FILES; file++) {
                matchable[file] = boxed[file];
            }
            return matchable;
        });
    }
}
