package io.github.reactoruring.testing.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.stream.Stream;

/**
 * Records what the kernel sees this process's rings do, from its own tracepoints.
 *
 * <pre>{@code
 * try (KernelTrace trace = KernelTrace.start()) {
 *     …
 *     assertThat(trace.stop().submitted("ASYNC_CANCEL")).isEqualTo(1);
 * }
 * }</pre>
 */
public final class KernelTrace implements AutoCloseable {

    private final TraceInstance instance;

    private KernelTrace(TraceInstance instance) {
        this.instance = instance;
    }

    /** Records from here on. To be started while nothing is in flight: a CQE without its SQE counts as doubled. */
    public static KernelTrace start() {
        try {
            return new KernelTrace(TraceInstance.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops recording, and returns what the kernel saw. */
    public KernelSight stop() {
        instance.stop();
        try (Stream<String> lines = instance.lines()) {
            KernelSight sight = new KernelSight(instance.lost());
            lines.forEach(sight::read);
            return sight;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        instance.stop();
        instance.close();
    }
}
