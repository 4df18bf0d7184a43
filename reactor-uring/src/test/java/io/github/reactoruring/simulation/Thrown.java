package io.github.reactoruring.simulation;

/** What users throw; without a trace, since it is logged by the thousand. */
final class Thrown extends RuntimeException {

    static final String MESSAGE = "a user's own";

    private static final long serialVersionUID = 1;

    Thrown() {
        super(MESSAGE, null, false, false);
    }
}
