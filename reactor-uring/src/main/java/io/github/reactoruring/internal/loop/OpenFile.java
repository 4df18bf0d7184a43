package io.github.reactoruring.internal.loop;

import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.ring.Descriptors;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.ErrnoException;
import io.github.reactoruring.internal.sys.IoUringAbi;

/**
 * A file as the loop knows it: its number, what is in flight on it, and whether a cancel may be keyed by it.
 *
 * <p>Only for files the library opened itself and whose number never leaves it: a cancel by FD compares the open
 * file, so a duplicate made elsewhere would be hit too.
 *
 * <p><b>Threads:</b> the owner of the loop it belongs to; when that is over, any, for the closing.
 */
public final class OpenFile implements Mail {

    private static final int PENDING = Integer.MIN_VALUE;

    private final EventLoop loop;
    private final int descriptor;
    private final boolean fixed;
    private final String name;
    private final OpcodeCounts inFlight = new OpcodeCounts(OpcodeCounts.OWN);
    /** Requests an FD cancel may miss: forced to io-wq (their file is resolved late) or waiting in a link. */
    private int elusive;
    /** Who wants it to stay open: calls beside the ring, and sources between two requests. */
    private int holds;
    /** Of these, calls beside the ring, which go on when the loop is over. */
    private final AtomicInteger lends = new AtomicInteger();
    private int planIndex = -1;
    private FileTraits traits = FileTraits.UNKNOWN;
    private @Nullable FileTurn turn;
    private @Nullable Runnable whenClosing;
    private boolean closedByWorker;
    private final AtomicBoolean closing = new AtomicBoolean();
    private boolean closeSubmitted;
    /** Whether the kernel may have closed it: a second close could hit whoever got the number meanwhile. */
    private volatile boolean closeStaged;
    /** Whether somebody closes it without the ring. */
    private final AtomicBoolean closedHere = new AtomicBoolean();
    /** Guards the three below: a loop that is over has no owner, and whoever is turned away closes the file himself. */
    private final Object lock = new Object();
    private boolean told;
    private int closeResult;
    private List<IntConsumer> closeListeners = new ArrayList<>(1);

    /**
     * Describes a file that {@code loop}'s ring opened.
     *
     * @param fixed whether {@code descriptor} is a slot of the ring's file table
     * @param name its path, for error messages
     */
    public OpenFile(EventLoop loop, int descriptor, boolean fixed, String name) {
        this.loop = loop;
        this.descriptor = descriptor;
        this.fixed = fixed;
        this.name = name;
        loop.opened(this);
    }

    public EventLoop loop() {
        return loop;
    }

    public int descriptor() {
        return descriptor;
    }

    public String name() {
        return name;
    }

    public boolean fixed() {
        return fixed;
    }

    /** Returns the SQE flags that make the kernel take {@link #descriptor} for what it is. */
    public int sqeFlags() {
        return fixed ? IoUringAbi.IOSQE_FIXED_FILE : 0;
    }

    /** Tells what was learned of it when it was opened. */
    public OpenFile known(FileTraits learned) {
        traits = learned;
        return this;
    }

    public FileTraits traits() {
        return traits;
    }

    /** Returns who is at its turn on it; null while nobody ever had to wait for another. */
    @Nullable
    FileTurn turn() {
        return turn;
    }

    void turn(FileTurn kept) {
        turn = kept;
    }

    /** Returns the number of requests in flight on it. */
    public int inFlight() {
        return inFlight.total();
    }

    int inFlight(int opcode) {
        return inFlight.of(opcode);
    }

    public boolean isClosing() {
        return closing.get();
    }

    /** What may be asked of a descriptor beside the ring, such as {@code Descriptors::status}. */
    public interface Question<T> {

        T ask(Descriptors descriptors, int descriptor) throws ErrnoException;
    }

    /** Has the descriptor for calls beside the ring: it stays open until it is given back. */
    public final class Lent implements AutoCloseable {

        private boolean givenBack;

        private Lent() {
        }

        /** Asks now, on any thread. */
        public <T> T ask(Question<T> question) throws ErrnoException {
            return question.ask(loop.ring().descriptors(), descriptor);
        }

        /** Gives the descriptor back. Owner only; when the loop is over, any. */
        @Override
        public void close() {
            if (givenBack) {
                return;
            }
            givenBack = true;
            lends.decrementAndGet();
            if (!loop.isOver()) {
                letGo();
            } else if (closing.get()) {
                closeHere();
            }
        }
    }

    /**
     * Lends the descriptor for calls beside the ring; of a file that is being closed the number may be a stranger's by now.
     *
     * @throws ClosedChannelException if the file is being closed
     * @throws ErrnoException if there is no descriptor to lend: a slot is nothing that a call knows
     */
    public Lent lend() throws ClosedChannelException, ErrnoException {
        if (closing.get()) {
            throw new ClosedChannelException();
        }
        if (fixed) {
            throw new ErrnoException(Errno.EBADF, "a call on a direct descriptor");
        }
        hold();
        lends.incrementAndGet();
        return new Lent();
    }

    /** Lends the descriptor for one call, which is made at once. */
    public <T> T ask(Question<T> question) throws ClosedChannelException, ErrnoException {
        try (Lent lent = lend()) {
            return lent.ask(question);
        }
    }

    /**
     * Closes the file once nothing is in flight on it: its requests are cancelled first, while the number still names
     * it. {@code whenClosed} gets the result of close(2).
     */
    public void close(IntConsumer whenClosed) {
        int result;
        synchronized (lock) {
            if (!told) {
                closeListeners.add(whenClosed);
            }
            result = told ? closeResult : PENDING;
        }
        if (result != PENDING) {
            Gate.closed(whenClosed, result);
            return;
        }
        if (startClosing()) {
            closeSoon();
        }
        if (loop.isOverdue()) {
            overdue();
        }
    }

    /** Closes the file with its loop; again where the last attempt had no memory to queue its CLOSE. Owner thread. */
    void closeWithLoop() {
        if (startClosing()) {
            closeSoon();
        } else {
            closeIfIdle();
        }
    }

    /** Tells who waits for the end that nobody waits for it any longer, and goes on: it is closed when it can be. */
    void overdue() {
        tell(-Errno.ECANCELED);
    }

    /** Closes the file as {@link #close(IntConsumer)}; nobody asks how it went. */
    public void close() {
        close(result -> {
        });
    }

    /** Says whether this was the first to. */
    private boolean startClosing() {
        boolean first = closing.compareAndSet(false, true);
        if (first && whenClosing != null) {
            Gate.run(whenClosing);
        }
        return first;
    }

    /** Learns that one of its requests is over, and what it held released. */
    void requestRetired() {
        closeIfIdle();
    }

    /**
     * Has its CLOSE made by a kernel worker (IOSQE_ASYNC). The last close of an inotify instance waits for the processors
     * (8 ms), that of a deleted file frees what the page cache has of it (70 ms for 1 GiB): it is not to be the ring that
     * waits.
     */
    public OpenFile closedByWorker() {
        closedByWorker = true;
        return this;
    }

    int closeFlags() {
        return closedByWorker ? IoUringAbi.IOSQE_ASYNC : 0;
    }

    /** Tells whoever uses the file, and may have nothing in flight, that it is being closed: by a closing loop, say. */
    public void whenClosing(Runnable listener) {
        whenClosing = listener;
    }

    /** Keeps the file open, until {@link #letGo()}. */
    public void hold() {
        holds++;
    }

    /** Ends a {@link #hold()}. */
    public void letGo() {
        holds--;
        closeIfIdle();
    }

    private void closeIfIdle() {
        if (isCloseDue()) {
            closeSoon();
        }
    }

    /** Has the owner look after it, be it later: an order that got lost would leave it open for ever. */
    private void closeSoon() {
        try {
            loop.execute(this);
        } catch (OutOfMemoryError e) {
            loop.missedClose();
        }
    }

    private boolean isIdle() {
        return inFlight.total() == 0 && holds == 0;
    }

    /** Says whether its CLOSE is to be submitted now, for once: a second would hit whoever got the number meanwhile. */
    boolean isCloseDue() {
        return closing.get() && !closeSubmitted && isIdle();
    }

    void closeTaken() {
        closeSubmitted = true;
    }

    /** Learns that its CLOSE was not made, and is to be made again. */
    void closeAgain() {
        closeSubmitted = false;
        closeStaged = false;
        closeSoon();
    }

    /** Closes it here, since the loop is over, unless somebody has it between two requests. */
    @Override
    public void rejected(Throwable cause) {
        if (holds == 0) {
            closeFailed();
        }
    }

    /** Learns that the kernel may close it from now on. */
    void closeStaged() {
        closeStaged = true;
    }

    /** Learns that its CLOSE was not made, or will not be answered: the loop is over. */
    void closeFailed() {
        if (closeStaged) {
            closed(-Errno.EBADF);
        } else {
            closeHere();
        }
    }

    /** Closes it without the ring, which is over; not where the ring may have: its CLOSE is told then. */
    void closeAtOnce() {
        startClosing();
        closeHere();
    }

    /** Not while it is lent: who has it closes it. */
    private void closeHere() {
        if (lends.get() == 0 && !closeStaged && closedHere.compareAndSet(false, true)) {
            closed(isSoughtByKernel() ? -Errno.EBUSY : closeDescriptor());
        }
    }

    /**
     * Says whether the kernel may still look the number up, for a request of a ring that was given up: a stranger's file would
     * be read or written. Such a number is never given back.
     */
    private boolean isSoughtByKernel() {
        return elusive > 0 && !fixed;
    }

    private int closeDescriptor() {
        // A slot went with its ring.
        return fixed ? 0 : loop.ring().descriptors().close(descriptor);
    }

    void closed(int result) {
        loop.closed(this);
        tell(result);
    }

    /** Tells who waits for its end, and whoever asks from now on; for once. */
    private void tell(int result) {
        List<IntConsumer> listeners;
        synchronized (lock) {
            if (told) {
                return;
            }
            listeners = closeListeners;
            closeListeners = List.of();
            closeResult = result;
            told = true;
        }
        for (IntConsumer listener : listeners) {
            Gate.closed(listener, result);
        }
    }

    boolean matchable() {
        return elusive == 0;
    }

    void count(int opcode, boolean isElusive, int delta) {
        inFlight.add(opcode, delta);
        elusive += isElusive ? delta : 0;
    }

    int planIndex() {
        return planIndex;
    }

    void planIndex(int index) {
        planIndex = index;
    }
}
