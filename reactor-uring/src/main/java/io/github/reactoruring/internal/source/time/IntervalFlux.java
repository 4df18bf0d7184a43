package io.github.reactoruring.internal.source.time;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;

import io.github.reactoruring.internal.loop.DisposalBatch;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.LoopTask;
import io.github.reactoruring.internal.loop.Request;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Demand;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.Timespec;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.NativeMemory;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * Emits the number of each period as it passes; those without demand are skipped.
 *
 * <p>One multishot timer. A kernel before 6.4 refuses it, and gets a one-shot timer for each period, set to an absolute
 * time so that delays do not add up.
 */
public final class IntervalFlux extends Flux<Long> implements Scannable {

    private final EventLoop loop;
    private final Duration period;

    private IntervalFlux(EventLoop loop, Duration period) {
        this.loop = loop;
        this.period = period;
    }

    public static Flux<Long> create(EventLoop loop, Duration period) {
        return onAssembly(new IntervalFlux(loop, period));
    }

    @Override
    public void subscribe(CoreSubscriber<? super Long> actual) {
        actual.onSubscribe(new Interval(loop, actual, period));
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }

    private static final class Interval implements Subscription, Scannable, LoopTask {

        private final EventLoop loop;
        private final CoreSubscriber<? super Long> actual;
        private final Duration period;
        private final Demand demand;
        private final AtomicBoolean cancelled = new AtomicBoolean();
        private @Nullable Arm arm;
        private boolean started;
        private boolean terminated;
        private boolean multishot = true;
        private long startNanos;
        private long ticks;

        Interval(EventLoop loop, CoreSubscriber<? super Long> actual, Duration period) {
            this.loop = loop;
            this.actual = actual;
            this.period = period;
            demand = new Demand(loop, this::start, this::fail);
        }

        @Override
        public void request(long n) {
            if (Operators.validate(n)) {
                demand.add(n);
            }
        }

        @Override
        public void cancel() {
            if (cancelled.compareAndSet(false, true)) {
                DisposalBatch.dispose(loop, this);
            }
        }

        @Override
        public void run() {
            if (arm != null) {
                arm.dispose();
            }
        }

        @Override
        public void rejected(Throwable cause) {
            // Nothing is armed any more.
        }

        private void start() {
            if (!started) {
                started = true;
                startNanos = System.nanoTime();
                arm();
            }
        }

        private void arm() {
            if (!cancelled.get() && !terminated) {
                arm = new Arm();
                arm.submit();
            }
        }

        private void fail(Throwable cause) {
            if (!terminated && !cancelled.get()) {
                terminated = true;
                actual.onError(cause);
            }
        }

        private void tick(int result, int flags) {
            boolean refused = result == -Errno.EINVAL && multishot && ticks == 0;
            if (refused) {
                multishot = false;
            } else if (result < 0 && result != -Errno.ETIME) {
                fail(Errors.of(-result, "TIMEOUT", null));
                return;
            } else {
                long number = ticks++;
                if (demand.get() > 0 && !cancelled.get()) {
                    demand.produced(1);
                    actual.onNext(number);
                }
            }
            if (Request.isFinal(flags)) {
                arm();
            }
        }

        @Override
        @SuppressWarnings("rawtypes")
        public @Nullable Object scanUnsafe(Attr key) {
            if (key == Attr.ACTUAL) {
                return actual;
            }
            if (key == Attr.CANCELLED) {
                return cancelled.get();
            }
            if (key == Attr.TERMINATED) {
                return terminated;
            }
            if (key == Attr.REQUESTED_FROM_DOWNSTREAM) {
                return demand.get();
            }
            return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
        }

        private final class Arm extends Request {

            private @Nullable MemorySegment timespec;

            Arm() {
                super(Interval.this.loop);
            }

            @Override
            protected int opcode() {
                return IoUringAbi.IORING_OP_TIMEOUT;
            }

            @Override
            protected void prepare(Sqe sqe) {
                Duration time = multishot ? period : Duration.ofNanos(startNanos).plus(period.multipliedBy(ticks + 1));
                timespec = Timespec.allocate(time);
                sqe.opcode(IoUringAbi.IORING_OP_TIMEOUT).fd(-1).addr(timespec.address()).len(1)
                        .opFlags(multishot ? IoUringAbi.IORING_TIMEOUT_MULTISHOT : IoUringAbi.IORING_TIMEOUT_ABS);
            }

            @Override
            protected void completed(int result, int flags) {
                tick(result, flags);
            }

            @Override
            protected void failed(Throwable cause) {
                fail(cause);
            }

            @Override
            protected void released() {
                if (timespec != null) {
                    NativeMemory.free(timespec);
                    timespec = null;
                }
            }
        }
    }
}
