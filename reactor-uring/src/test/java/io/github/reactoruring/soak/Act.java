package io.github.reactoruring.soak;

/**
 * Something that a user does: begins some sources, and returns when all of them have ended.
 *
 * @param name what the table calls it
 */
record Act(String name, Body body) {

    /** Does it. */
    @FunctionalInterface
    interface Body {

        void play(Scene scene) throws Exception;
    }
}
