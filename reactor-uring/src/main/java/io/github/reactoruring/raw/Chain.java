package io.github.reactoruring.raw;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Links operations: the kernel starts each when the one before it has completed (IOSQE_IO_LINK, Linux 5.3).
 *
 * <p>When one fails, or transfers less than asked, those behind it end with ECANCELED; unless they were added by
 * {@link #thenAlways} (IOSQE_IO_HARDLINK, Linux 5.5), which waits for the one before and does not mind its result.
 * Immutable.
 */
public final class Chain {

    private final List<Operation> operations;
    /** Whether operation i is linked to the next by a hard link. */
    private final List<Boolean> hard;

    private Chain(List<Operation> operations, List<Boolean> hard) {
        this.operations = operations;
        this.hard = hard;
    }

    /** Starts with an operation. */
    public static Chain of(Operation first) {
        checkDeadline(first);
        return new Chain(List.of(first), List.of());
    }

    /** Starts {@code next} when the one before it has succeeded. */
    public Chain then(Operation next) {
        return with(next, false);
    }

    /** Starts {@code next} when the one before it has ended, whatever its result. */
    public Chain thenAlways(Operation next) {
        return with(next, true);
    }

    /** Returns the operations in order. */
    public List<Operation> operations() {
        return operations;
    }

    /** Says whether the operation at {@code index} is tied to the next by {@link #thenAlways}. */
    public boolean hardAfter(int index) {
        return hard.get(index);
    }

    private Chain with(Operation next, boolean hardLink) {
        checkDeadline(next);
        List<Operation> more = new ArrayList<>(operations);
        more.add(next);
        Set<Long> chosen = new HashSet<>();
        for (Operation operation : more) {
            Long userData = operation.chosenUserData();
            if (userData != null && !chosen.add(userData)) {
                throw new IllegalArgumentException("Two operations of the chain have the user_data " + userData);
            }
        }
        List<Boolean> links = new ArrayList<>(hard);
        links.add(hardLink);
        return new Chain(List.copyOf(more), List.copyOf(links));
    }

    private static void checkDeadline(Operation operation) {
        Objects.requireNonNull(operation, "operation");
        if (operation.deadline() != null) {
            throw new IllegalArgumentException(
                    "An operation of a chain cannot have a deadline of its own: use Mono.timeout"
                            + " on the chain");
        }
    }

    @Override
    public String toString() {
        return "Chain" + operations;
    }
}
