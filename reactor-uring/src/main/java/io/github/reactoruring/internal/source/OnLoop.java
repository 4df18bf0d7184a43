package io.github.reactoruring.internal.source;

import java.util.function.Consumer;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.LoopTask;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/** Runs something on a ring's owner thread for each subscriber. */
public final class OnLoop {

    private OnLoop() {
    }

    /** Makes a Mono that {@code action} completes, called on the owner; it fails when the ring is closed. */
    public static <T> Mono<T> create(EventLoop loop, Consumer<MonoSink<T>> action) {
        return Mono.create(sink -> loop.execute(new LoopTask() {
            @Override
            public void run() {
                try {
                    action.accept(sink);
                } catch (Throwable t) {
                    sink.error(t);
                }
            }

            @Override
            public void rejected(Throwable cause) {
                sink.error(cause);
            }
        }));
    }
}
