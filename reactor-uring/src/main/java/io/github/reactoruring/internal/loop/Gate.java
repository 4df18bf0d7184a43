package io.github.reactoruring.internal.loop;

import java.util.function.IntConsumer;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.ring.Sqe;

/**
 * The one way from the loop into code of sources and of users. What that throws is logged, or returned where something has
 * to be undone, and costs nobody else anything.
 *
 * <p>Takes no memory itself. <b>Threads:</b> any, as the callbacks say.
 */
final class Gate {

    private Gate() {
    }

    /** Has this class loaded. */
    static void load() {
        // By being called.
    }

    /** Returns what filling the SQE threw, or null. */
    static @Nullable Throwable prepare(RequestCallbacks request, Sqe sqe) {
        try {
            request.prepare(sqe);
            return null;
        } catch (Throwable t) {
            return t;
        }
    }

    /** Returns what the request threw when it learned its user_data, or null. */
    static @Nullable Throwable staged(RequestCallbacks request, long userData) {
        try {
            request.staged(userData);
            return null;
        } catch (Throwable t) {
            return t;
        }
    }

    /** Returns what the request threw when it was given a completion, or null. */
    static @Nullable Throwable completed(RequestCallbacks request, int result, int flags) {
        try {
            request.completed(result, flags);
            return null;
        } catch (Throwable t) {
            Complaint.CALLBACK.log(t);
            return t;
        }
    }

    static void discarded(RequestCallbacks request, int result, int flags) {
        try {
            request.discarded(result, flags);
        } catch (Throwable t) {
            Complaint.CALLBACK.log(t);
        }
    }

    static void failed(RequestCallbacks request, Throwable cause) {
        try {
            request.failed(cause);
        } catch (Throwable t) {
            Complaint.CALLBACK.log(t);
        }
    }

    static void overdue(RequestCallbacks request, Throwable cause) {
        try {
            request.overdue(cause);
        } catch (Throwable t) {
            Complaint.CALLBACK.log(t);
        }
    }

    static void released(RequestCallbacks request) {
        try {
            request.released();
        } catch (Throwable t) {
            Complaint.RELEASE.log(t);
        }
    }

    static void neverSubmitted(RequestCallbacks request) {
        try {
            request.neverSubmitted();
        } catch (Throwable t) {
            Complaint.RELEASE.log(t);
        }
    }

    static void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable t) {
            Complaint.TASK.log(t);
        }
    }

    /** Tells a listener that the loop is over. */
    static void over(Runnable listener) {
        try {
            listener.run();
        } catch (Throwable t) {
            Complaint.LISTENER.log(t);
        }
    }

    static void rejected(Mail mail, Throwable cause) {
        try {
            mail.rejected(cause);
        } catch (Throwable t) {
            Complaint.REJECTION.log(t);
        }
    }

    /** Tells a listener the result of close(2). */
    static void closed(IntConsumer listener, int result) {
        try {
            listener.accept(result);
        } catch (Throwable t) {
            Complaint.CALLBACK.log(t);
        }
    }
}
