package io.github.reactoruring.simulation;

/**
 * One step of a program. The numbers are taken modulo what there is when it runs, so that a program is still one when
 * others of its steps are left out.
 *
 * @param foreign whether it is done as by another thread
 */
record Step(Kind kind, int a, int b, boolean foreign) {

    /** Lists what programs do, and how often. */
    enum Kind {
        SUBSCRIBE(30), BURST(3), REQUEST(12), DISPOSE(16), BATCH(8), CLOSE_FILE(2), CANCEL(3), TURN(20), SLEEP(8),
        ADVANCE(5), THROW(3),
        BREAK(0);

        final int weight;

        Kind(int weight) {
            this.weight = weight;
        }
    }

    @Override
    public String toString() {
        return kind + "(" + a + ", " + b + (foreign ? ", foreign)" : ")");
    }
}
