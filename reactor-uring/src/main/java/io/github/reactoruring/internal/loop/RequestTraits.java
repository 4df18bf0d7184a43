package io.github.reactoruring.internal.loop;

import org.jspecify.annotations.Nullable;

/** What a request is, as the loop has to know it: what it works on, how it ends, and what it costs others. */
abstract class RequestTraits extends RequestCallbacks {

    /** Returns the opcode, the same for the request's whole life. */
    protected abstract int opcode();

    /** Returns the file it works on, when that is one of the library's own. */
    protected @Nullable OpenFile file() {
        return null;
    }

    /**
     * Returns a second file it works on, which no cancel by file finds it by: what a splice reads from. That file is not
     * closed before the request is over.
     */
    protected @Nullable OpenFile secondFile() {
        return null;
    }

    /** Says whether a cancel by file may miss it: IOSQE_ASYNC, or waiting behind a link. */
    protected boolean elusive() {
        return false;
    }

    /**
     * Says whether nobody knows when it ends: work that io-wq calls unbounded. So are timers, polls, what waits for a peer,
     * and whatever goes to a file that is not known to be a regular one on a disk. Such requests are not counted against the
     * completion queue, lest those that are idle keep everybody else out.
     */
    final boolean unbounded() {
        OpenFile file = file();
        return !Opcodes.endsSoon(opcode(), file != null && file.traits().prompt());
    }

    /**
     * Says whether it goes to where the file's last such request ended: to its current position, or its end. Then one that
     * goes there piece by piece is over before the next is begun.
     */
    protected boolean takesTurns() {
        return false;
    }

    /** Says whether it takes more SQEs than the next. */
    protected boolean isInPieces() {
        return false;
    }

    /**
     * Returns how many bytes its next SQE may move while it is submitted, which holds up the ring: those of the page cache, as
     * a rule, or 0.
     */
    protected int inlineBytes() {
        return 0;
    }

    /**
     * Says whether completions may come before the final one: of a multishot, or a send without a copy. Of any other they are
     * none of its own, and not believed.
     */
    protected boolean mayGiveMore() {
        return false;
    }

    /** Says whether it serves another request, that was taken, and is therefore not one too many. */
    protected boolean belongsToAnother() {
        return false;
    }

    /** Returns the user_data the user chose, or null for one of the loop's. */
    protected @Nullable Long chosenUserData() {
        return null;
    }

    /** Says whether a closing loop still has to serve it: it cleans up. */
    protected boolean survivesClosing() {
        return false;
    }
}
