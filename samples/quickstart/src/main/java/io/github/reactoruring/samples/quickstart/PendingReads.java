package io.github.reactoruring.samples.quickstart;

import java.time.Duration;
import java.util.function.Predicate;

import io.github.reactoruring.Uring;
import io.github.reactoruring.UringStats;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.file.UringPipe;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Keeps many reads pending on an empty pipe, disposes of them all at once, and tells what that took: a single cancel,
 * by the pipe, with the ALL flag.
 */
final class PendingReads {

    private static final Duration LOOK_EVERY = Duration.ofMillis(1);
    private static final Duration LOOK_FOR = Duration.ofSeconds(10);

    private PendingReads() {
    }

    static Mono<Outcome> disposeTogether(Uring uring, int count) {
        return Mono.usingWhen(uring.files().pipe(),
                pipe -> disposeTogether(uring, pipe.source(), count),
                PendingReads::close);
    }

    private static Mono<Outcome> disposeTogether(Uring uring, UringFile source, int count) {
        return Mono.defer(() -> {
            UringStats before = uring.stats();
            Disposable.Composite reads = uring.composite();
            for (int i = 0; i < count; i++) {
                reads.add(source.read(1).subscribe());
            }
            return once(uring, now -> now.submitted() - before.submitted() == count)
                    .doOnNext(pending -> reads.dispose())
                    .then(once(uring, now -> ended(now) - ended(before) == count))
                    .map(done -> Outcome.between(before, uring.stats()));
        });
    }

    /** Counts the disposed requests that the kernel is done with, cancelled or not. */
    private static long ended(UringStats stats) {
        return stats.cancelled() + stats.lateCompletions();
    }

    /** Looks at the ring's counters until they show what is waited for. */
    private static Mono<UringStats> once(Uring uring, Predicate<UringStats> condition) {
        return Flux.interval(Duration.ZERO, LOOK_EVERY)
                .map(tick -> uring.stats())
                .filter(condition)
                .next()
                .timeout(LOOK_FOR, Mono.error(() -> new IllegalStateException(
                        "the ring did not get there in " + LOOK_FOR.toSeconds() + " s: " + uring.stats())));
    }

    private static Mono<Void> close(UringPipe pipe) {
        return Mono.when(pipe.source().close(), pipe.sink().close());
    }

    /** What the ring counted from before the reads until after their end. */
    record Outcome(long disposals, long cancelSqes, long allCancelSqes, long cancelled) {

        static Outcome between(UringStats before, UringStats after) {
            return new Outcome(after.disposals() - before.disposals(), after.cancelSqes() - before.cancelSqes(),
                    after.allCancelSqes() - before.allCancelSqes(), after.cancelled() - before.cancelled());
        }

        @Override
        public String toString() {
            return "disposals=" + disposals + " cancel_sqes=" + cancelSqes + " all_flag=" + allCancelSqes
                    + " cancelled=" + cancelled;
        }
    }
}
