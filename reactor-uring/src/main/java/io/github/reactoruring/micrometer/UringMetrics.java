package io.github.reactoruring.micrometer;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

import io.github.reactoruring.Uring;
import io.github.reactoruring.UringStats;
import io.github.reactoruring.UringTimings;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Registers the counters of {@link Uring#stats()} as meters {@code reactor.uring.*}, tagged with the ring's name. They are
 * read when they are asked for, and cost nothing else. {@link io.github.reactoruring.UringBuilder#timings} adds the times
 * of turns and of the mailbox.
 */
public final class UringMetrics implements MeterBinder {

    private static final String REQUESTS = "requests";
    private static final String SQES = "sqes";

    private final Uring uring;
    private final Tags tags;

    /** Shows {@code uring}, with the tag {@code name}. */
    public UringMetrics(Uring uring, String name) {
        this(uring, Tags.of("name", name));
    }

    /** Shows {@code uring}, with tags of the caller's. */
    public UringMetrics(Uring uring, Iterable<Tag> tags) {
        this.uring = Objects.requireNonNull(uring, "uring");
        this.tags = Tags.of(tags);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("reactor.uring.in.flight", uring, ring -> ring.stats().inFlight())
                .description("Requests the kernel has now")
                .baseUnit(REQUESTS).tags(tags).register(registry);
        count(registry, "submitted", REQUESTS, "Requests that became an SQE, cancels not among them",
                UringStats::submitted);
        count(registry, "completions", REQUESTS, "Requests that got their final CQE", UringStats::completed);
        count(registry, "disposals", REQUESTS, "Disposals of requests in flight", UringStats::disposals);
        count(registry, "dropped", REQUESTS, "Requests disposed of before an SQE was made", UringStats::dropped);
        count(registry, "cancelled", REQUESTS, "Disposed requests that ended cancelled", UringStats::cancelled);
        count(registry, "late.completions", REQUESTS, "Disposed requests that ended with another result, discarded",
                UringStats::lateCompletions);
        count(registry, "stale.completions", "completions", "Completions of a request already over: a defect",
                UringStats::staleCompletions);
        count(registry, "cancel.sqes", SQES, "Cancel SQEs of every kind", UringStats::cancelSqes);
        count(registry, "all.cancels", SQES, "Cancel SQEs with the ALL flag", UringStats::allCancelSqes);
        count(registry, "sqes.saved", SQES, "Cancel SQEs that ALL made needless", UringStats::sqesSaved);
        count(registry, "recancels", SQES, "Cancel SQEs for what an earlier one had not ended", UringStats::recancels);
        count(registry, "overflows", "overflows", "Times the completion queue had overflowed", UringStats::overflows);
        count(registry, "enters", "calls", "Calls of io_uring_enter(2)", UringStats::enters);
        count(registry, "wake.ups", "wakes", "Wake-ups of a sleeping ring thread", UringStats::wakeUps);
        count(registry, "ring.failures", "rings", "Rings that failed, and were replaced", UringStats::ringFailures);
        count(registry, "abandoned", REQUESTS, "Requests given up with a ring that failed", UringStats::abandoned);
        if (uring.stats().timings() != null) {
            time(registry, "turn", "Turns of the ring's thread, without its sleep", UringTimings::turns,
                    UringTimings::turnNanos, UringTimings::longestTurnNanos);
            time(registry, "mailbox.wait", "What other threads leave for the ring's, waiting for it",
                    UringTimings::mailboxDrains, UringTimings::mailboxWaitNanos, UringTimings::longestMailboxWaitNanos);
        }
    }

    private void time(MeterRegistry registry, String name, String description, ToLongFunction<UringTimings> count,
            ToLongFunction<UringTimings> totalNanos, ToLongFunction<UringTimings> longestNanos) {
        FunctionTimer.builder("reactor.uring." + name, uring, ring -> count.applyAsLong(timings(ring)),
                ring -> totalNanos.applyAsLong(timings(ring)), TimeUnit.NANOSECONDS)
                .description(description).tags(tags).register(registry);
        TimeGauge.builder("reactor.uring." + name + ".max", uring, TimeUnit.NANOSECONDS,
                ring -> longestNanos.applyAsLong(timings(ring)))
                .description(description + ": the longest of the last one to two minutes").tags(tags)
                .register(registry);
    }

    private static UringTimings timings(Uring uring) {
        return Objects.requireNonNull(uring.stats().timings(), "timings");
    }

    private void count(MeterRegistry registry, String name, String unit, String description,
            ToLongFunction<UringStats> value) {
        FunctionCounter.builder("reactor.uring." + name, uring, ring -> value.applyAsLong(ring.stats()))
                .description(description).baseUnit(unit).tags(tags).register(registry);
    }
}
