package io.github.reactoruring.internal.source.buffer;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.github.reactoruring.UringException;
import io.github.reactoruring.buffer.RegisteredBuffers;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.source.OnLoop;
import io.github.reactoruring.internal.sys.Errno;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Makes a pool of registered buffers, and every ring know it. */
public final class RegisterBuffers {

    /** The most the kernel takes as one registered buffer. */
    public static final long MOST_BYTES = 1L << 30;

    private RegisterBuffers() {
    }

    /** Makes a Mono of a pool for all of {@code loops}; what is refused leaves nothing behind. */
    public static Mono<RegisteredBuffers> create(Supplier<List<EventLoop>> loops, int count, int bufferBytes) {
        return Mono.defer(() -> {
            RegisteredPool pool = new RegisteredPool(count, bufferBytes);
            AtomicBoolean handedOn = new AtomicBoolean();
            return Flux.fromIterable(loops.get()).concatMap(loop -> register(loop, pool))
                    .then(Mono.<RegisteredBuffers>just(pool))
                    .doOnError(refusal -> pool.startClosing())
                    .doOnNext(made -> handedOn.set(true))
                    .doOnCancel(() -> {
                        // Some operators cancel when they have what they wanted.
                        if (!handedOn.get()) {
                            pool.startClosing();
                        }
                    });
        });
    }

    private static Mono<Void> register(EventLoop loop, RegisteredPool pool) {
        return OnLoop.create(loop, sink -> {
            int result = pool.register(loop);
            if (result < 0) {
                sink.error(refused(-result, pool));
            } else {
                sink.success();
            }
        });
    }

    private static UringException refused(int errno, RegisteredPool pool) {
        String why = switch (errno) {
            case Errno.ENOMEM -> pool.count() + " buffers of " + pool.bufferBytes() + " bytes cannot be locked in"
                    + " memory: raise `ulimit -l` (memlock) or the container's limit, or register fewer";
            case Errno.ENFILE -> "this ring has as many pools as it takes: close one";
            default -> Errno.describe(errno);
        };
        return new UringException(errno, Errno.name(errno), "REGISTER_BUFFERS", null, why);
    }
}
