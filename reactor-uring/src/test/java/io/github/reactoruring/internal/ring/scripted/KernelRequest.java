package io.github.reactoruring.internal.ring.scripted;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.ring.SqeBytes;

/** A request as the scripted kernel holds it, from taking the SQE to posting the final CQE. */
public final class KernelRequest {

    /** Says where it is, which decides whether a cancel finds it. */
    public enum Place {
        /** Armed on its file's readiness: a cancel finds it. */
        POLL,
        /** An armed timer: a cancel finds it, but never by file. */
        TIMER,
        /** Waits for a worker: found, but by file only once the file is resolved. */
        WORKER_QUEUED,
        /** In the hands of a worker: found, interrupted, and ends as it likes. */
        WORKER_RUNNING,
        /** With the device, or between two places: in flight, and not to be found. */
        DEVICE,
        /** Behind another request of its link: not to be found. */
        LINKED,
        /** Sent, and the memory still in use: not to be found. */
        NOTIFYING,
        /** Its completion waits for task work. */
        ENDING,
        /** The final CQE was posted, or left out. */
        OVER
    }

    private final SqeBytes sqe;
    @Nullable
    KernelFile file;
    Place place = Place.LINKED;
    /** Whether a cancel hit it in its poll; it is found again until its task work has run. */
    boolean cancelledInPoll;
    boolean cancelled;
    boolean interrupted;
    boolean failed;
    long deadlineNanos = Long.MAX_VALUE;
    long periodNanos;
    /** What OPENAT was given: the kernel copies it when it takes the SQE. */
    String path = "";
    /** What the completion that comes next says of the buffer it used. */
    int bufferFlags;
    /** Stands for the bytes a write was given, to see that they stay until the end. */
    long sourceSum;
    @Nullable
    KernelRequest previous;
    @Nullable
    KernelRequest next;

    KernelRequest(SqeBytes sqe) {
        this.sqe = sqe;
    }

    public SqeBytes sqe() {
        return sqe;
    }

    public long userData() {
        return sqe.userData();
    }

    public int opcode() {
        return sqe.opcode();
    }

    public Place place() {
        return place;
    }

    public @Nullable KernelFile file() {
        return file;
    }

    /** Says whether a cancel has reached it. */
    public boolean cancelled() {
        return cancelled;
    }

    /** Says whether a cancel found it with a worker, which ends it as it likes. */
    public boolean interrupted() {
        return interrupted;
    }

    /** Says whether its final CQE is still to come, task work not counted. */
    public boolean waiting() {
        return place != Place.ENDING && place != Place.OVER;
    }

    /** Moves it, as the kernel may without telling anybody. */
    public void moveTo(Place to) {
        if (!waiting()) {
            throw new IllegalStateException(this + " has ended");
        }
        place = to;
    }

    @Override
    public String toString() {
        return place + (cancelled ? ", cancelled, " : " ") + sqe;
    }
}
