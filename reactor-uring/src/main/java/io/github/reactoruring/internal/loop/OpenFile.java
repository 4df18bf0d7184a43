package io.github.reactoruring.internal.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.Syscalls;

/**
 * A file as the loop knows it: its number, what is in flight on it, and whether a cancel may be keyed by it.
 *
 * <p>Only for files the library opened itself and whose number never leaves it: a cancel by FD compares the open
 * file, so a duplicate made elsewhere would be hit too.
 *
 * <p><b>Threads:</b> the owner of the loop it belongs to.
 */
public final class OpenFile {

    private final EventLoop loop;
    private final int descriptor;
    private final boolean fixed;
    private final String name;
    private final OpcodeCounts inFlight = new OpcodeCounts();
    /** Requests an FD cancel may miss: forced to io-wq (their file is resolved late) or waiting in a link. */
    private int elusive;
    /** Calls off the ring that use the descriptor. */
    private int holds;
    private int planIndex = -1;
    private @Nullable Runnable whenClosing;
    private boolean closedByWorker;
    private boolean closing;
    private boolean closeSubmitted;
    /** Whether the kernel may have closed it: a second close could hit whoever got the number meanwhile. */
    private boolean closeStaged;
    private boolean closed;
    private int closeResult;
    private final List<IntConsumer> closeListeners = new ArrayList<>(1);

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

    /** Returns the number of requests in flight on it. */
    public int inFlight() {
        return inFlight.total();
    }

    int inFlight(int opcode) {
        return inFlight.of(opcode);
    }

    public boolean isClosing() {
        return closing;
    }

    /**
     * Closes the file once nothing is in flight on it: its requests are cancelled first, while the number still names
     * it. {@code whenClosed} gets the result of close(2).
     */
    public void close(IntConsumer whenClosed) {
        if (closed) {
            whenClosed.accept(closeResult);
            return;
        }
        closeListeners.add(whenClosed);
        if (!closing) {
            startClosing();
            loop.cancelAllOn(this);
            closeIfIdle();
        }
    }

    private void startClosing() {
        closing = true;
        if (whenClosing != null) {
            loop.runSafely(whenClosing);
        }
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

    /** Keeps the descriptor open for a call off the ring, until {@link #letGo()}. */
    public void hold() {
        holds++;
    }

    /** Ends a {@link #hold()}. */
    public void letGo() {
        holds--;
        closeIfIdle();
    }

    private void closeIfIdle() {
        if (closing && !closeSubmitted && inFlight.total() == 0 && holds == 0) {
            submitClose();
        }
    }

    /** Once only, but where the last was not made: a second CLOSE would hit whoever got the number meanwhile. */
    void submitClose() {
        CloseRequest request = new CloseRequest(this);
        closeSubmitted = true;
        closeStaged = false;
        request.submit();
    }

    /** Learns that the kernel may close it from now on. */
    void closeStaged() {
        closeStaged = true;
    }

    /** Learns that its CLOSE was not made, or will not be answered: the loop is over. */
    void closeFailed() {
        closed(closeStaged ? -Errno.EBADF : closeDescriptor());
    }

    /** Closes it without the ring, which is over; not where the ring may have: its CLOSE is told then. */
    void closeAtOnce() {
        if (!closing) {
            startClosing();
        }
        if (!closed && !closeStaged) {
            closed(closeDescriptor());
        }
    }

    private int closeDescriptor() {
        // A slot went with its ring.
        return fixed ? 0 : Syscalls.close(descriptor);
    }

    void closed(int result) {
        closed = true;
        closeResult = result;
        loop.closed(this);
        closeListeners.forEach(listener -> loop.runSafely(() -> listener.accept(result)));
        closeListeners.clear();
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
