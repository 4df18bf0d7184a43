package io.github.reactoruring.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.UringStats;

/**
 * Runs the programs of the seeds 0 … {@code reactoruring.simulation.seeds}; {@code reactoruring.simulation.seed} runs one
 * again.
 */
@Tag("simulation")
class SimulationTest {

    private static final long SEEDS = Long.getLong("reactoruring.simulation.seeds", 20_000);
    private static final int REPORTED = 3;

    @Test
    void everyProgramHoldsOnEveryKernel() {
        Long only = Long.getLong("reactoruring.simulation.seed");
        LongStream seeds = only == null ? LongStream.range(0, SEEDS) : LongStream.of(only);
        Map<Long, List<String>> failures = new ConcurrentHashMap<>();
        seeds.parallel().forEach(seed -> {
            if (failures.size() < REPORTED) {
                List<String> faults = World.run(Program.random(seed));
                if (!faults.isEmpty()) {
                    failures.put(seed, faults);
                }
            }
        });
        assertThat(failures).withFailMessage(() -> report(failures)).isEmpty();
    }

    @Test
    void aProgramRunsTheSameEachTime() {
        for (long seed = 0; seed < 200; seed++) {
            Program program = Program.random(seed);
            assertThat(World.trace(program)).as("seed %s", seed).isEqualTo(World.trace(Program.random(seed)));
        }
    }

    @Test
    void whatFailsIsMadeAsSmallAsItFails() {
        Program program = Program.random(7);
        List<Step> steps = program.steps();
        Step first = steps.get(1);
        Step second = steps.get(steps.size() - 1);
        Program smallest = program.shrink(
                candidate -> candidate.steps().contains(first) && candidate.steps().contains(second));
        assertThat(steps).hasSizeGreaterThan(2);
        assertThat(smallest.steps()).containsExactly(first, second);
        assertThat(smallest.seed()).isEqualTo(7);
    }

    @Test
    void programsReachWhatTheyAreToReach() {
        UringStats all = LongStream.range(0, 500).mapToObj(seed -> World.stats(Program.random(seed)))
                .reduce(UringStats::plus).orElseThrow();
        assertThat(List.of(all.allCancelSqes(), all.sqesSaved(), all.recancels(), all.lateCompletions(), all.dropped(),
                10 * all.overflows(), all.wakeUps(), all.cancelled()))
                .as("what 500 programs came to: %s", all).allMatch(count -> count > 50);
    }

    private static String report(Map<Long, List<String>> failures) {
        StringBuilder text = new StringBuilder("Run again with -Dreactoruring.simulation.seed=N:\n");
        failures.forEach((seed, faults) -> {
            text.append("seed ").append(seed).append('\n');
            append(text, faults);
            Program smallest = Program.random(seed).shrink(program -> !World.run(program).isEmpty());
            text.append("made smaller: ").append(smallest).append('\n');
            append(text, World.run(smallest));
        });
        return text.toString();
    }

    private static void append(StringBuilder text, List<String> faults) {
        faults.forEach(fault -> text.append("  ").append(fault).append('\n'));
    }
}
