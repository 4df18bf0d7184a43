package io.github.reactoruring.internal.source.raw;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.Completion;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.MultishotOperation;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.raw.Operation;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** Submits a multishot operation as it is described. */
public final class RawMultishot implements MultishotOperation<Completion> {

    private final EventLoop loop;
    private final Operation operation;
    private final Repetition repetition;

    public RawMultishot(EventLoop loop, Operation operation) {
        this.loop = loop;
        this.operation = operation;
        repetition = new Repetition(operation);
    }

    @Override
    public int opcode() {
        return operation.opcode().code();
    }

    @Override
    public @Nullable Long chosenUserData() {
        return operation.chosenUserData();
    }

    @Override
    public void staged(long userData) {
        operation.staged(userData);
    }

    @Override
    public void prepare(Sqe sqe) {
        RawOneShot.write(loop, operation, sqe);
        repetition.prepare(sqe);
    }

    @Override
    public boolean isValue(int result, int flags) {
        return repetition.isValue(result, flags);
    }

    @Override
    public Completion value(int result, int flags, long userData) {
        repetition.count(result);
        return new Completion(result, flags, userData);
    }

    @Override
    public Ending ending(int result, int flags) {
        return repetition.ending(result);
    }

    @Override
    public IOException error(int result) {
        return Errors.of(-result, operation.opcode().name(), null);
    }

    /** A descriptor is closed here. What else a completion may stand for, such as a buffer's id, the hook knows. */
    @Override
    public void discard(Completion value, Context context) {
        if (operation.opcode().returnsDescriptor()) {
            Late.close(loop, operation, value.result());
        } else {
            Operators.onDiscard(value, context);
        }
    }

    @Override
    public void discardCompletion(int result, int flags, long userData, Context context) {
        // First, since to tell a hook takes memory.
        Late.close(loop, operation, result);
        if ((flags & IoUringAbi.IORING_CQE_F_BUFFER) != 0) {
            Operators.onDiscard(new Completion(result, flags, userData), context);
        }
    }

    @Override
    public void released() {
        operation.release();
    }
}
