package io.github.reactoruring.internal.ring.kernel;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_REGISTER_SEND_MSG_RING;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;

import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Ring;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.ErrnoException;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.Syscalls;

/**
 * Wakes the owner of a ring from any thread.
 *
 * <p>Where the kernel has IORING_REGISTER_SEND_MSG_RING, by a message that needs no ring to send from and leaves
 * nothing in flight. Else by an eventfd, on which the ring keeps a {@link WakePoll}.
 */
final class WakeUp {

    private static final int EFD_CLOEXEC_NONBLOCK = 0x80000 | 0x800;
    private static final int SPINS = 16;
    private static final long PAUSE_NANOS = 100_000;

    /** Wakes the owner; returns a negated errno where it could not. */
    private final IntSupplier call;
    private final int eventfd;
    /** The owner's, to read the eventfd with: a wake-up takes no memory. */
    private final MemorySegment count = Arena.ofAuto().allocate(Long.BYTES, Long.BYTES);
    private final MemorySegment errnoState = Syscalls.errnoState(Arena.ofAuto());
    /** Guarded by this: a wake-up after close could hit whoever owns the descriptor's number by then. */
    private boolean closed;

    /** @param eventfd what is closed with it, or -1 */
    WakeUp(IntSupplier call, int eventfd) {
        this.call = call;
        this.eventfd = eventfd;
    }

    static WakeUp open(int ringFd, boolean byMessage) throws ErrnoException {
        if (byMessage) {
            MemorySegment message = Arena.ofAuto().allocate(IoUringAbi.SQE_BYTES, Long.BYTES);
            // F_MORE on the completion: like the poll it stands for, a wake-up is never the last.
            Prep.msgRing(new Sqe(message).moveTo(0), ringFd, Ring.WAKE_USER_DATA, IoUringAbi.IORING_CQE_F_MORE);
            return new WakeUp(() -> Syscalls.register(-1, IORING_REGISTER_SEND_MSG_RING, message, 1), -1);
        }
        MemorySegment one = Arena.ofAuto().allocate(Long.BYTES, Long.BYTES);
        one.set(ValueLayout.JAVA_LONG, 0, 1);
        int eventfd = Syscalls.eventfd(EFD_CLOEXEC_NONBLOCK);
        if (eventfd < 0) {
            throw new ErrnoException(-eventfd, "eventfd");
        }
        return new WakeUp(() -> (int) Syscalls.write(eventfd, one), eventfd);
    }

    /** Says whether the kernel sends messages so; an unsupported call and a disabled target look different. */
    static boolean messagesSupported() {
        MemorySegment message = Arena.ofAuto().allocate(IoUringAbi.SQE_BYTES, Long.BYTES);
        Prep.msgRing(new Sqe(message).moveTo(0), -1, 0);
        return Syscalls.register(-1, IORING_REGISTER_SEND_MSG_RING, message, 1) == -Errno.EBADF
                && nopRefused();
    }

    /** A kernel that does not know the call answers EBADF too, for the ring descriptor -1; one that does, EINVAL. */
    private static boolean nopRefused() {
        MemorySegment nop = Arena.ofAuto().allocate(IoUringAbi.SQE_BYTES, Long.BYTES);
        return Syscalls.register(-1, IORING_REGISTER_SEND_MSG_RING, nop, 1) == -Errno.EINVAL;
    }

    /** Tries until the kernel takes it: the loop must hear of it. Others may wake or close between two tries. */
    void wake() {
        for (int tries = 0; !isTaken(); tries++) {
            pause(tries);
        }
    }

    private synchronized boolean isTaken() {
        if (closed) {
            return true;
        }
        int result = call.getAsInt();
        // Out of memory for the message. A full eventfd counter is a wake-up already.
        return result != -Errno.ENOMEM && result != -Errno.EINTR;
    }

    private static void pause(int tries) {
        try {
            if (tries < SPINS) {
                Thread.yield();
            } else {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (Throwable t) {
            // On a thread that must not wait.
        }
    }

    int eventfd() {
        return eventfd;
    }

    /** Resets the eventfd. Owner only. */
    void acknowledge() {
        Syscalls.read(errnoState, eventfd, count);
    }

    synchronized void close() {
        if (!closed) {
            closed = true;
            if (eventfd >= 0) {
                Syscalls.close(eventfd);
            }
        }
    }
}
