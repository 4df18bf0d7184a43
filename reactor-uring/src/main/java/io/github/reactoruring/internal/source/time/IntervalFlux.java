package io.github.reactoruring.internal.source.time;

import java.time.Duration;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.Request;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.OwnerDrain;
import io.github.reactoruring.internal.source.Timespec;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;

/**
 * Emits the number of each period as it passes; those without demand are skipped.
 *
 * <p>One multishot timer. A kernel before 6.4 refuses it, and gets a one-shot timer for each period, set to an absolute
 * time so that delays do not add up.
 */
public final class IntervalFlux extends Flux<Long> implements Scannable {

    /** A hundred years, and more: what the kernel takes without an overflow. */
    private static final Duration LONGEST = Duration.ofDays(36_525);

    private final Supplier<EventLoop> loops;
    private final Duration period;

    private IntervalFlux(Supplier<EventLoop> loops, Duration period) {
        this.loops = loops;
        this.period = period;
    }

    public static Flux<Long> create(Supplier<EventLoop> loops, Duration period) {
        return onAssembly(new IntervalFlux(loops, period));
    }

    @Override
    public void subscribe(CoreSubscriber<? super Long> actual) {
        actual.onSubscribe(new Interval(loops.get(), actual, period));
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }

    private static final class Interval extends OwnerDrain<Long> {

        private final Duration period;
        private @Nullable Arm arm;
        private boolean started;
        private boolean multishot = true;
        private long startNanos;
        private long ticks;
        /** Whether a period passed that was not looked at yet. */
        private boolean due;

        Interval(EventLoop loop, CoreSubscriber<? super Long> actual, Duration period) {
            super(loop, actual);
            this.period = period;
        }

        @Override
        protected void step() {
            if (!started) {
                started = true;
                startNanos = loop().ring().nanoTime();
            }
            if (due) {
                due = false;
                if (wanted()) {
                    emit(ticks - 1);
                }
            }
            if (arm == null && !isOver()) {
                arm = new Arm();
                arm.submit();
            }
        }

        @Override
        protected void stop() {
            if (arm != null) {
                arm.dispose();
            }
        }

        private void tick(int result, int flags) {
            if (Request.isFinal(flags)) {
                arm = null;
            }
            if (result == -Errno.EINVAL && multishot && ticks == 0) {
                multishot = false;
            } else if (result < 0 && result != -Errno.ETIME) {
                fail(Errors.of(-result, "TIMEOUT", null));
            } else {
                ticks++;
                due = true;
            }
            drain();
        }

        /** Returns when so many periods are over; the last that there is time for never ends. */
        private Duration end(long periods) {
            long left = LONGEST.minusNanos(startNanos).dividedBy(period);
            return periods > left ? LONGEST : Duration.ofNanos(startNanos).plus(period.multipliedBy(periods));
        }

        private final class Arm extends Request {

            private final Timespec timespec = new Timespec();

            Arm() {
                super(Interval.this.loop());
            }

            @Override
            protected int opcode() {
                return IoUringAbi.IORING_OP_TIMEOUT;
            }

            @Override
            protected boolean mayGiveMore() {
                return true;
            }

            @Override
            protected void prepare(Sqe sqe) {
                Duration time = multishot ? period : end(ticks + 1);
                Prep.timeout(sqe, timespec.set(time),
                        multishot ? IoUringAbi.IORING_TIMEOUT_MULTISHOT : IoUringAbi.IORING_TIMEOUT_ABS);
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
                timespec.free();
            }
        }
    }
}
