package io.github.reactoruring.samples.webflux;

import java.time.Duration;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.Uring;
import io.github.reactoruring.UringStats;
import io.github.reactoruring.file.UringPipe;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Follows a pipe to which nobody writes, 200 times over, until all are dropped at once. */
final class FollowedStreams {

    private static final int STREAMS = 200;
    private static final int CHUNK_BYTES = 4096;
    private static final Duration LOOK_EVERY = Duration.ofMillis(5);
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    /** What was opened. */
    record Opened(int streams) {
    }

    /** What dropping them took. */
    record Dropped(long disposals, long cancelSqes, long allCancelSqes, long cancelled) {
    }

    private record Open(UringPipe pipe, Disposable.Composite streams) {
    }

    private final Uring uring;
    private @Nullable Open open;

    FollowedStreams(Uring uring) {
        this.uring = uring;
    }

    Mono<Opened> open() {
        return uring.files().pipe().flatMap(this::open);
    }

    private synchronized Mono<Opened> open(UringPipe pipe) {
        if (open != null) {
            return close(pipe).thenReturn(new Opened(0));
        }
        Disposable.Composite streams = uring.composite();
        long before = uring.stats().inFlight();
        for (int i = 0; i < STREAMS; i++) {
            streams.add(pipe.source().read(CHUNK_BYTES).subscribe());
        }
        open = new Open(pipe, streams);
        return await(stats -> stats.inFlight() >= before + STREAMS).thenReturn(new Opened(STREAMS));
    }

    synchronized Mono<Dropped> drop() {
        Open dropped = open;
        open = null;
        if (dropped == null) {
            return Mono.just(new Dropped(0, 0, 0, 0));
        }
        UringStats before = uring.stats();
        dropped.streams().dispose();
        return await(stats -> stats.cancelled() + stats.lateCompletions()
                - before.cancelled() - before.lateCompletions() >= STREAMS)
                .map(after -> new Dropped(after.disposals() - before.disposals(),
                        after.cancelSqes() - before.cancelSqes(), after.allCancelSqes() - before.allCancelSqes(),
                        after.cancelled() - before.cancelled()))
                .delayUntil(told -> close(dropped.pipe()));
    }

    private Mono<UringStats> await(Predicate<UringStats> condition) {
        return Flux.interval(Duration.ZERO, LOOK_EVERY).onBackpressureDrop().map(tick -> uring.stats())
                .filter(condition).next().timeout(DEADLINE);
    }

    private static Mono<Void> close(UringPipe pipe) {
        return pipe.source().close().then(pipe.sink().close());
    }
}
