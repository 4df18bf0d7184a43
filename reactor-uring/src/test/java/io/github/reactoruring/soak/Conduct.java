package io.github.reactoruring.soak;

import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Says how a subscriber behaves: how much it asks for at a time, when it leaves, and where it throws.
 *
 * @param firstDemand its demand, again each time that it was met
 * @param leaveAt cancels within the value of that number, on the ring's thread; 0 for never
 * @param leaveAfterNanos cancels after that time, on its user's thread; -1 for never
 * @param throwAt throws from the value of that number; 0 for never
 * @param throwsAtTheEnd whether it throws from onComplete and onError
 * @param thrown what it throws
 */
record Conduct(long firstDemand, long leaveAt, long leaveAfterNanos, long throwAt, boolean throwsAtTheEnd,
        Throwable thrown) {

    private static final Throwable NOTHING = new IllegalStateException("nothing is thrown");

    /** Takes all there is, to its end. */
    static final Conduct PATIENT = new Conduct(Long.MAX_VALUE, 0, -1, 0, false, NOTHING);

    /** Draws one, who stays to the end in half of the cases. */
    static Conduct draw(Random random) {
        long demand = random.nextBoolean() ? Long.MAX_VALUE : 1 + random.nextInt(8);
        return switch (random.nextInt(20)) {
            case 0, 1, 2, 3 -> new Conduct(demand, 1 + random.nextInt(5), -1, 0, false, NOTHING);
            case 4, 5, 6 -> new Conduct(demand, 0, TimeUnit.MICROSECONDS.toNanos(random.nextInt(5_000)), 0, false,
                    NOTHING);
            case 7, 8 -> new Conduct(demand, 0, -1, 1 + random.nextInt(4), false, Thrown.draw(random));
            case 9 -> new Conduct(demand, 0, -1, 0, true, Thrown.draw(random));
            default -> new Conduct(demand, 0, -1, 0, false, NOTHING);
        };
    }

    /** As {@link #draw}, but leaves in the end: for sources that go on. */
    static Conduct leaving(Random random, int mostMillis) {
        Conduct drawn = draw(random);
        return new Conduct(drawn.firstDemand, drawn.leaveAt,
                TimeUnit.MILLISECONDS.toNanos(1 + random.nextInt(mostMillis)),
                drawn.throwAt, drawn.throwsAtTheEnd, drawn.thrown);
    }
}
