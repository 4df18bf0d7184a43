package io.github.reactoruring.internal.source.file;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;

import io.github.reactoruring.internal.loop.DisposalBatch;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.LoopTask;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.loop.Request;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.Outcome;
import io.github.reactoruring.internal.sys.FileStatus;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/**
 * Opens a file for each subscriber. A file that nobody takes is closed.
 *
 * @param <T> what stands for the open file
 */
public final class OpenMono<T> extends Mono<T> implements Scannable {

    /**
     * Makes what stands for an open file.
     *
     * @param <T> what stands for it
     */
    public interface Wrapper<T> {

        /** @param forceAsync whether the file's operations are to be forced to a kernel worker */
        T wrap(OpenFile file, FileStatus status, boolean forceAsync);
    }

    private final Supplier<EventLoop> loops;
    private final String path;
    private final OpenHow how;
    private final Wrapper<T> wrapper;

    private OpenMono(Supplier<EventLoop> loops, String path, OpenHow how, Wrapper<T> wrapper) {
        this.loops = loops;
        this.path = path;
        this.how = how;
        this.wrapper = wrapper;
    }

    /** Makes a Mono of an open file. */
    public static <T> Mono<T> create(Supplier<EventLoop> loops, String path, OpenHow how,
            Wrapper<T> wrapper) {
        return onAssembly(new OpenMono<>(loops, path, how, wrapper));
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        actual.onSubscribe(new Opening<>(this, actual));
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }

    private static final class Opening<T> implements Subscription, Scannable, OpenRequest.Listener {

        private final OpenMono<T> source;
        private final EventLoop loop;
        private final Request first;
        /** What follows the first request of two; owner thread. */
        private @Nullable OpenRequest second;
        private final Outcome<T> outcome;

        Opening(OpenMono<T> source, CoreSubscriber<? super T> actual) {
            this.source = source;
            loop = source.loops.get();
            outcome = new Outcome<>(actual);
            first = source.how.direct()
                    ? new StatRequest(loop, source.path, this::openDirect)
                    : new OpenRequest(loop, source.path, source.how, this);
        }

        @Override
        public void request(long n) {
            if (Operators.validate(n) && !outcome.isCancelled()) {
                first.submit();
            }
        }

        @Override
        public void cancel() {
            if (outcome.cancel()) {
                DisposalBatch.dispose(loop, (LoopTask) this::abandon);
            }
        }

        private void abandon() {
            if (first instanceof OpenRequest opening) {
                opening.abandon();
            } else {
                first.dispose();
            }
            if (second != null) {
                second.abandon();
            }
        }

        private void openDirect(@Nullable FileStatus status) {
            int result = loop.tables().ensureFileTable();
            if (result < 0) {
                openFailed(Errors.ofPath(-result, "REGISTER_FILES2", source.path));
            } else if (outcome.isOpen()) {
                second = OpenRequest.direct(loop, source.path, source.how, this,
                        status == null ? FileStatus.UNKNOWN : status);
                second.submit();
            }
        }

        @Override
        public void opened(OpenFile file, FileStatus status) {
            if (!outcome.decide() || !emit(file, status)) {
                file.close();
            }
        }

        private boolean emit(OpenFile file, FileStatus status) {
            T value;
            try {
                value = source.wrapper.wrap(file, status, SlowFilesystems.holds(status));
            } catch (Throwable t) {
                outcome.failDecided(t);
                return false;
            }
            return outcome.succeed(value);
        }

        @Override
        public void openFailed(Throwable cause) {
            outcome.fail(cause);
        }

        @Override
        @SuppressWarnings("rawtypes")
        public @Nullable Object scanUnsafe(Attr key) {
            return outcome.scan(key);
        }
    }
}
