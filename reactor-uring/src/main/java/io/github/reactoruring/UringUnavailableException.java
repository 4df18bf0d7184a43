package io.github.reactoruring;

/** Signals that there is no io_uring to be had here; the message says why, and what to do. */
public final class UringUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Carries a message that says why and what to do. */
    public UringUnavailableException(String message) {
        super(message);
    }

    /** Carries a message that says why and what to do, and what the kernel or the JVM said. */
    public UringUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
