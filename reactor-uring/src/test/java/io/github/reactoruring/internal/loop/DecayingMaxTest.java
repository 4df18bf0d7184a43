package io.github.reactoruring.internal.loop;

import static io.github.reactoruring.internal.loop.DecayingMax.WINDOW_NANOS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** Holds that a value counts for one window at least, and for no more than two. */
class DecayingMaxTest {

    private static final int STEPS_PER_WINDOW = 4;

    @Property
    void isTheLargestOfThisWindowAndTheOneBefore(@ForAll @LongRange(min = Long.MIN_VALUE / 2, max = 0) long start,
            @ForAll @Size(max = 30) List<@IntRange(max = 9) Integer> steps) {
        DecayingMax max = new DecayingMax();
        long[] times = new long[steps.size()];
        long now = start;
        for (int i = 0; i < times.length; i++) {
            now += steps.get(i) * WINDOW_NANOS / STEPS_PER_WINDOW;
            times[i] = now;
            max.record(i % 7, now);
            assertThat(max.get(now)).isEqualTo(expected(times, i, now));
        }
        for (long later = now; later <= now + 3 * WINDOW_NANOS; later += WINDOW_NANOS / STEPS_PER_WINDOW) {
            assertThat(max.get(later)).isEqualTo(expected(times, times.length - 1, later));
        }
    }

    private static long expected(long[] times, int last, long now) {
        long expected = 0;
        for (int i = 0; i <= last; i++) {
            if (Math.floorDiv(times[i], WINDOW_NANOS) >= Math.floorDiv(now, WINDOW_NANOS) - 1) {
                expected = Math.max(expected, i % 7);
            }
        }
        return expected;
    }
}
