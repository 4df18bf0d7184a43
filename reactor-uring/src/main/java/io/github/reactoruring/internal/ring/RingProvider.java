package io.github.reactoruring.internal.ring;

import io.github.reactoruring.internal.sys.ErrnoException;

/** Opens rings of one kind. */
public interface RingProvider {

    /**
     * Opens a ring, still disabled. It may give one with fewer entries than are asked for, or more.
     *
     * @param submissionEntries how many SQEs are to fit between two enters
     * @param completionEntries how many CQEs are to fit
     * @throws ErrnoException if there is none to be had
     */
    Ring open(int submissionEntries, int completionEntries) throws ErrnoException;
}
