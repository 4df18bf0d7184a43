package io.github.reactoruring.internal.source.write;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.source.buffer.Gather;
import io.github.reactoruring.internal.source.buffer.Lent;

/**
 * The writes of a stream that are in flight on one file, and how far the file is whole.
 *
 * <p>At positions of their own they overlap; to the end of a file, or to a pipe, one goes after the other. What is
 * waiting meanwhile goes as one vectored write.
 *
 * <p><b>Threads:</b> the owner's.
 */
final class WriteWindow {

    /** Small buffers are put together up to this size, a larger one goes alone. */
    private static final int GROUP_BYTES = 256 * 1024;

    private final OpenFile file;
    private final boolean forceAsync;
    private final boolean positional;
    private final Consumer<WriteGroup> over;
    /** In order of position, from the first that is not known to be whole. */
    private final ArrayDeque<WriteGroup> groups = new ArrayDeque<>();
    private long nextPosition;
    private long wholeUntil;
    private long writtenUntil;
    private boolean broken;
    private int inFlight;

    /**
     * Starts at {@code position}.
     *
     * @param positional whether writes name their positions, so that they may overlap
     * @param over hears of each group's end
     */
    WriteWindow(OpenFile file, boolean forceAsync, boolean positional, long position, Consumer<WriteGroup> over) {
        this.file = file;
        this.forceAsync = forceAsync;
        this.positional = positional;
        this.over = over;
        nextPosition = position;
        wholeUntil = position;
        writtenUntil = position;
    }

    boolean isIdle() {
        return inFlight == 0;
    }

    /** Submits what may be of what is waiting; returns how many buffers turned out to be empty. */
    int submit(Intake<?> intake) {
        int empty = 0;
        while (positional || inFlight == 0) {
            List<Lent> loans = new ArrayList<>();
            empty += collect(intake, loans, file.loop());
            if (loans.isEmpty()) {
                break;
            }
            submit(new Gather(loans, file.loop()));
        }
        return empty;
    }

    private static int collect(Intake<?> intake, List<Lent> loans, EventLoop loop) {
        int empty = 0;
        long bytes = 0;
        Lent next;
        while (loans.size() < Gather.MOST_LOANS && (next = intake.peek()) != null) {
            int length = next.lengthBytes();
            boolean registered = next.slotOn(loop) >= 0;
            if (length > 0 && bytes > 0 && (registered || bytes + length > GROUP_BYTES)) {
                break;
            }
            intake.poll();
            if (length == 0) {
                next.release();
                empty++;
            } else {
                bytes += length;
                loans.add(next);
                if (registered) {
                    // WRITE_FIXED takes one.
                    break;
                }
            }
        }
        return empty;
    }

    private void submit(Gather gather) {
        WriteGroup group = new WriteGroup(file, forceAsync, positional, nextPosition, gather, this::ended);
        nextPosition += gather.lengthBytes();
        inFlight++;
        groups.add(group);
        group.submit();
    }

    private void ended(WriteGroup group) {
        inFlight--;
        WriteGroup head;
        while ((head = groups.peek()) != null && head.isOver()) {
            groups.remove();
            account(head);
        }
        over.accept(group);
    }

    private void account(WriteGroup group) {
        if (group.gather().writtenBytes() > 0) {
            writtenUntil = group.writtenUntil();
        }
        if (!broken) {
            wholeUntil = group.writtenUntil();
            broken = !group.gather().isComplete();
        }
    }

    /** Cancels what is in flight; each group still tells its end. */
    void dispose() {
        new ArrayList<>(groups).forEach(WriteGroup::dispose);
    }

    /** Returns the position up to which the file is whole. */
    long wholeUntil() {
        return wholeUntil;
    }

    /** Says whether something was written beyond a gap. */
    boolean hasGap() {
        return writtenUntil > wholeUntil;
    }
}
