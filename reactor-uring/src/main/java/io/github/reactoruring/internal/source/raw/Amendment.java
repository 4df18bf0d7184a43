package io.github.reactoruring.internal.source.raw;

import java.io.IOException;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.OneShot;
import io.github.reactoruring.internal.source.Timespec;
import io.github.reactoruring.internal.sys.IoUringAbi;
import reactor.core.CoreSubscriber;

/** Removes or changes a poll or a timer in flight, by its user_data. */
public final class Amendment extends OneShot<Void> {

    /**
     * Says what is changed.
     *
     * @param opcode POLL_REMOVE or TIMEOUT_REMOVE
     * @param len the SQE's len: IORING_POLL_UPDATE_* and IORING_POLL_ADD_* flags
     * @param opFlags the events of a poll, the flags of a timer
     * @param time the new time of a timer, or null
     */
    public record Change(int opcode, int len, int opFlags, @Nullable Duration time) {

        public static final Change REMOVE_POLL = new Change(IoUringAbi.IORING_OP_POLL_REMOVE, 0, 0, null);
        public static final Change REMOVE_TIMEOUT = new Change(IoUringAbi.IORING_OP_TIMEOUT_REMOVE, 0, 0, null);

        public static Change events(int events, boolean multishot) {
            int len = IoUringAbi.IORING_POLL_UPDATE_EVENTS | (multishot ? IoUringAbi.IORING_POLL_ADD_MULTI : 0);
            return new Change(IoUringAbi.IORING_OP_POLL_REMOVE, len, events, null);
        }

        public static Change time(Duration delay) {
            return new Change(IoUringAbi.IORING_OP_TIMEOUT_REMOVE, 0, IoUringAbi.IORING_TIMEOUT_UPDATE, delay);
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
        sqe.opcode(change.opcode()).fd(-1).addr(target).len(change.len()).opFlags(change.opFlags());
        if (change.time() != null) {
            sqe.off(timespec.set(change.time()));
        }
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
