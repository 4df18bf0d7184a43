package io.github.reactoruring.internal.source.raw;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.Completion;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.FileTraits;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.OneShot;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.raw.Operation;
import reactor.core.CoreSubscriber;

/** Submits an operation as it is described. */
public final class RawOneShot extends OneShot<Completion> {

    static {
        Late.load();
    }

    private final Operation operation;
    /** What came before the end: of a send without a copy what was sent. */
    private @Nullable Completion sent;

    public RawOneShot(EventLoop loop, CoreSubscriber<? super Completion> actual, Operation operation) {
        super(loop, actual);
        this.operation = operation;
        withDeadline(operation.deadline());
    }

    @Override
    protected boolean mayGiveMore() {
        return true;
    }

    @Override
    protected @Nullable Long chosenUserData() {
        return operation.chosenUserData();
    }

    @Override
    protected void staged(long userData) {
        // The user's own first: where it throws, nothing has begun.
        operation.staged(userData);
        super.staged(userData);
    }

    @Override
    protected int opcode() {
        return operation.opcode().code();
    }

    @Override
    protected boolean elusive() {
        return (flags(operation.fields()) & IoUringAbi.IOSQE_ASYNC) != 0;
    }

    @Override
    protected void prepare(Sqe sqe) {
        write(loop(), operation, sqe);
    }

    /** Has a kernel worker move what would hold up the ring, and all others on it. */
    private static int flags(Operation.Fields fields) {
        boolean moves = switch (fields.opcode().code()) {
            case IoUringAbi.IORING_OP_READ, IoUringAbi.IORING_OP_WRITE, IoUringAbi.IORING_OP_READ_FIXED,
                    IoUringAbi.IORING_OP_WRITE_FIXED ->
                true;
            default -> false;
        };
        boolean large = moves && Integer.compareUnsigned(fields.len(), FileTraits.PIECE_BYTES) > 0;
        return fields.flags() | (large ? IoUringAbi.IOSQE_ASYNC : 0);
    }

    static void write(EventLoop loop, Operation operation, Sqe sqe) {
        operation.checkMemory();
        Operation.Fields fields = operation.fields();
        if (fields.fileIndex() != 0 && operation.opcode().returnsDescriptor()) {
            // Where no table is to be had, the kernel says so of the request itself.
            loop.tables().ensureFileTable();
        }
        sqe.opcode(fields.opcode().code()).flags(flags(fields)).ioprio(fields.ioprio()).fd(fields.fd())
                .off(fields.off()).addr(fields.addr()).len(fields.len()).opFlags(fields.opFlags())
                .bufIndex(fields.bufIndex()).personality(fields.personality()).fileIndex(fields.fileIndex())
                .addr3(fields.addr3());
    }

    @Override
    protected Completion value(int result, int flags) throws IOException {
        if (result < 0) {
            Late.discard(loop(), operation, new Completion(result, flags, userData()), context());
            throw Errors.of(-result, operation.opcode().name(), null);
        }
        return new Completion(result, flags, userData());
    }

    @Override
    protected void completed(int result, int flags) {
        Completion before = sent;
        if (!isFinal(flags)) {
            sent = new Completion(result, flags & ~IoUringAbi.IORING_CQE_F_MORE, userData());
            free(before);
        } else if (before != null && (flags & IoUringAbi.IORING_CQE_F_NOTIF) != 0) {
            // This only says that a zero-copy send's memory is free.
            super.completed(before.result(), before.flags());
        } else {
            sent = null;
            free(before);
            super.completed(result, flags);
        }
    }

    /** Of an operation that repeats, and is not known to: its one completion is the last. */
    private void free(@Nullable Completion before) {
        if (before != null) {
            Late.discard(loop(), operation, before, context());
        }
    }

    @Override
    protected void discarded(int result, int flags) {
        super.discarded(result, flags);
        free(sent);
        sent = null;
        Late.discard(loop(), operation, new Completion(result, flags, userData()), context());
    }

    @Override
    protected void released() {
        operation.release();
    }

    @Override
    protected void neverSubmitted() {
        Late.release(loop(), operation);
    }

    @Override
    public String toString() {
        return operation.opcode() + " with user_data 0x" + Long.toHexString(userData());
    }
}
