package io.github.reactoruring.internal.source.raw;

import java.io.IOException;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.OneShot;
import io.github.reactoruring.internal.source.Timespec;
import io.github.reactoruring.internal.sys.IoUringAbi;
import reactor.core.CoreSubscriber;

/** Removes or changes a poll or a timer in flight, by its user_data. */
public final class Amendment extends OneShot<Void> {

    /** Fills an SQE that changes {@code target}, a timer to the time at {@code timespec}. */
    @FunctionalInterface
    public interface Preparation {

        void fill(Sqe sqe, long target, long timespec);
    }

    /**
     * Says what is changed.
     *
     * @param opcode POLL_REMOVE or TIMEOUT_REMOVE
     * @param preparation fills the SQE
     * @param time the new time of a timer, or null
     */
    public record Change(int opcode, Preparation preparation, @Nullable Duration time) {

        public static final Change REMOVE_POLL = new Change(IoUringAbi.IORING_OP_POLL_REMOVE,
                (sqe, target, timespec) -> Prep.pollRemove(sqe, target), null);
        public static final Change REMOVE_TIMEOUT = new Change(IoUringAbi.IORING_OP_TIMEOUT_REMOVE,
                (sqe, target, timespec) -> Prep.timeoutRemove(sqe, target), null);

        public static Change events(int events, boolean multishot) {
            int len = IoUringAbi.IORING_POLL_UPDATE_EVENTS | (multishot ? IoUringAbi.IORING_POLL_ADD_MULTI : 0);
            return new Change(IoUringAbi.IORING_OP_POLL_REMOVE,
                    (sqe, target, timespec) -> Prep.pollUpdate(sqe, target, events, len), null);
        }

        public static Change time(Duration delay) {
            return new Change(IoUringAbi.IORING_OP_TIMEOUT_REMOVE, Prep::timeoutUpdate, delay);
        }
    }

    private final long target;
    private final Change change;
    private final Timespec timespec = new Timespec();

    public Amendment(EventLoop loop, CoreSubscriber<? super Void> actual, long target, Change change) {
        super(loop, actual);
        this.target = target;
        this.change = change;
    }

    @Override
    protected int opcode() {
        return change.opcode();
    }

    @Override
    protected void prepare(Sqe sqe) {
        change.preparation().fill(sqe, target, change.time() == null ? 0 : timespec.set(change.time()));
    }

    @Override
    protected @Nullable Void value(int result, int flags) throws IOException {
        if (result < 0) {
            throw ExplicitCancel.refusal(-result, change.opcode() == IoUringAbi.IORING_OP_POLL_REMOVE
                    ? "POLL_REMOVE"
                    : "TIMEOUT_REMOVE");
        }
        return null;
    }

    @Override
    protected void released() {
        timespec.free();
    }
}
