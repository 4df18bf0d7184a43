package io.github.reactoruring.soak;

import java.util.Random;
import java.util.stream.Stream;

/** What users throw. Known by its message, so that nothing else is taken for it. */
final class Thrown {

    static final String MESSAGE = "thrown by a user";

    private Thrown() {
    }

    /** Draws an exception or an error, of the kinds that are told apart in Java code. */
    static Throwable draw(Random random) {
        Throwable drawn = switch (random.nextInt(5)) {
            case 0 -> new OutOfMemoryError(MESSAGE);
            case 1 -> new StackOverflowError(MESSAGE);
            case 2 -> new LinkageError(MESSAGE);
            case 3 -> new AssertionError(MESSAGE);
            default -> new IllegalStateException(MESSAGE);
        };
        // Each is logged, and there are many.
        drawn.setStackTrace(new StackTraceElement[0]);
        return drawn;
    }

    /** Says whether this, or what caused it, came from a user. */
    static boolean is(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (MESSAGE.equals(cause.getMessage())) {
                return true;
            }
        }
        return false;
    }

    /** Returns it with the top of its trace. */
    static String told(String how, Throwable thrown) {
        StringBuilder text = new StringBuilder(how).append(thrown);
        Stream.of(thrown.getStackTrace()).limit(8).forEach(frame -> text.append("\n    at ").append(frame));
        return text.toString();
    }

    /** Throws it, whatever it is. */
    @SuppressWarnings("unchecked")
    static <E extends Throwable> RuntimeException sneaky(Throwable thrown) throws E {
        throw (E) thrown;
    }
}
