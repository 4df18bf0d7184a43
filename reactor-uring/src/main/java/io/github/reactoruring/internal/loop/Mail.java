package io.github.reactoruring.internal.loop;

/** What the mailbox carries to the owner: a task, a request, a file to be closed, a batch of these, the order to close. */
public interface Mail {

    /** Learns that the owner will never take it: the loop is closed, or has failed. Any thread. */
    void rejected(Throwable cause);
}
