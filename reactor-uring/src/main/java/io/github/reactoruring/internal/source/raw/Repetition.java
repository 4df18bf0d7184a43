package io.github.reactoruring.internal.source.raw;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ACCEPT_MULTISHOT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_POLL_ADD_MULTI;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_RECV_MULTISHOT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_TIMEOUT_MULTISHOT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.Request;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.MultishotOperation.Ending;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.NativeMemory;
import io.github.reactoruring.raw.Operation;

/**
 * Says what the end of a raw request's repetition means, opcode by opcode. The kernel ends one that could go on when it
 * finds no room for a completion, which others may have filled: what says "end" is the result, never the missing F_MORE.
 *
 * <p>An operation that is not known to repeat is complete when it ends: armed again, a one-shot would run for ever.
 *
 * <p><b>Threads:</b> the owner's.
 */
public final class Repetition {

    /** struct io_uring_recvmsg_out, which comes before what a RECVMSG has received. */
    private static final int RECVMSG_HEADER_BYTES = 16;

    private static final int MSGHDR_BYTES = 56;

    private final Operation operation;
    private final Kind kind;
    /** The ticks of a timer, the bytes of a RECV. */
    private long counted;
    /** What a message of no bytes takes; more than any where that is not known. */
    private int emptyMessageBytes = Integer.MAX_VALUE;

    private enum Kind {
        /** Ends by its result only where that is an error. */
        ENDLESS,
        /** Ends with nothing more to be read. */
        BYTES,
        /** Ends with a message of no bytes, behind its header and what room there is for name and control data. */
        MESSAGES,
        /** Ends with its last tick, and ticks with an errno. */
        TICKS,
        /** Ends with its request. */
        ONCE
    }

    Repetition(Operation operation) {
        this.operation = operation;
        kind = kind(operation.fields());
    }

    /** Says whether the operation is known to repeat: one completion is not all that comes of it. */
    public static boolean repeats(Operation operation) {
        return kind(operation.fields()) != Kind.ONCE;
    }

    private static Kind kind(Operation.Fields fields) {
        return switch (fields.opcode()) {
            case ACCEPT -> has(fields.ioprio(), IORING_ACCEPT_MULTISHOT) ? Kind.ENDLESS : Kind.ONCE;
            case POLL_ADD -> has(fields.len(), IORING_POLL_ADD_MULTI) ? Kind.ENDLESS : Kind.ONCE;
            case READ_MULTISHOT -> Kind.BYTES;
            case RECV -> has(fields.ioprio(), IORING_RECV_MULTISHOT) ? Kind.BYTES : Kind.ONCE;
            case RECVMSG -> has(fields.ioprio(), IORING_RECV_MULTISHOT) ? Kind.MESSAGES : Kind.ONCE;
            case TIMEOUT -> has(fields.opFlags(), IORING_TIMEOUT_MULTISHOT) ? Kind.TICKS : Kind.ONCE;
            default -> Kind.ONCE;
        };
    }

    private static boolean has(int flags, int flag) {
        return (flags & flag) != 0;
    }

    /** Has a request that is armed again do the rest only. */
    void prepare(Sqe sqe) {
        if (kind == Kind.TICKS && bound() > 0) {
            sqe.off(bound() - counted);
        } else if (kind == Kind.BYTES && bound() > 0) {
            sqe.fileIndex((int) (bound() - counted));
        } else if (kind == Kind.MESSAGES) {
            emptyMessageBytes = emptyMessageBytes(operation.struct());
        }
    }

    /** struct msghdr: 8 msg_namelen u32 | 40 msg_controllen u64. The kernel reads it once, when it takes the SQE. */
    private static int emptyMessageBytes(@Nullable MemorySegment header) {
        if (header == null || header.byteSize() < MSGHDR_BYTES) {
            return Integer.MAX_VALUE;
        }
        // By its address: the segment may be another thread's.
        MemorySegment memory = NativeMemory.at(header.address(), MSGHDR_BYTES);
        long room = RECVMSG_HEADER_BYTES + (long) memory.get(ValueLayout.JAVA_INT_UNALIGNED, 8)
                + memory.get(ValueLayout.JAVA_LONG_UNALIGNED, 40);
        return (int) Math.min(room, Integer.MAX_VALUE);
    }

    /** Says whether a completion stands for something that happened, rather than for an error. */
    boolean isValue(int result, int flags) {
        return result >= 0 || !Request.isFinal(flags) || kind == Kind.TICKS && result == -Errno.ETIME;
    }

    /** Counts what {@link #isValue is a value}. */
    void count(int result) {
        counted += kind == Kind.TICKS ? 1 : Math.max(0, result);
    }

    /** Decides how to go on after the final completion, which was counted. */
    Ending ending(int result) {
        if (kind == Kind.TICKS && result == -Errno.ETIME) {
            return isBoundReached() ? Ending.COMPLETE : Ending.REARM;
        }
        if (result < 0) {
            return Ending.ERROR;
        }
        boolean over = switch (kind) {
            case ENDLESS, TICKS -> false;
            case BYTES -> result == 0 || isBoundReached();
            case MESSAGES -> result <= emptyMessageBytes;
            case ONCE -> true;
        };
        return over ? Ending.COMPLETE : Ending.REARM;
    }

    private boolean isBoundReached() {
        return bound() > 0 && counted >= bound();
    }

    /** Returns after how many ticks, or bytes of a RECV, the user wants the kernel to end; 0 for never. */
    private long bound() {
        Operation.Fields fields = operation.fields();
        return switch (fields.opcode()) {
            case TIMEOUT -> fields.off();
            case RECV -> Integer.toUnsignedLong(fields.fileIndex());
            default -> 0;
        };
    }
}
