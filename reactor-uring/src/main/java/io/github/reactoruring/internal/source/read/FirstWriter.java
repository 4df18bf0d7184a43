package io.github.reactoruring.internal.source.read;

import java.io.IOException;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.OneShot;
import io.github.reactoruring.internal.source.OneShotMono;
import io.github.reactoruring.internal.sys.IoUringAbi;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/**
 * Keeps what is read of a FIFO from ending before it has begun. The ring opens one without waiting for a writer, unlike
 * open(2), and to read before there was one looks like the end of the file; a poll tells the two apart.
 *
 * <p><b>Threads:</b> any.
 */
public final class FirstWriter {

    private final OpenFile file;
    /** Whether there was something to read, or a writer that is gone: from then on an empty read is the end. */
    private volatile boolean came;

    public FirstWriter(OpenFile file) {
        this.file = file;
    }

    /** Has {@code reading} begin when there is something to read. */
    public <T> Mono<T> before(Mono<T> reading, @Nullable Duration deadline) {
        return Mono.defer(() -> came ? reading : coming(deadline).then(reading));
    }

    private Mono<Void> coming(@Nullable Duration deadline) {
        return OneShotMono.create(file.loop(), (loop, actual) -> new Coming(actual).withDeadline(deadline));
    }

    private final class Coming extends OneShot<Void> {

        Coming(CoreSubscriber<? super Void> actual) {
            super(file.loop(), actual);
        }

        @Override
        protected int opcode() {
            return IoUringAbi.IORING_OP_POLL_ADD;
        }

        @Override
        protected OpenFile file() {
            return file;
        }

        @Override
        protected void prepare(Sqe sqe) {
            Prep.pollAdd(sqe, file.descriptor(), IoUringAbi.POLLIN).addFlags(file.sqeFlags());
        }

        @Override
        protected @Nullable Void value(int result, int flags) throws IOException {
            if (result < 0) {
                throw Errors.ofPath(-result, "POLL_ADD", file.name());
            }
            came = true;
            return null;
        }
    }
}
