package io.github.reactoruring.internal.source;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.Sqe;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Says what a multishot source submits, and what its completions mean. One instance serves one subscriber, on the owner
 * thread.
 *
 * @param <T> the values' type
 */
public interface MultishotOperation<T> {

    int opcode();

    default @Nullable OpenFile file() {
        return null;
    }

    default boolean elusive() {
        return false;
    }

    /** Returns the user_data the user chose, or null. */
    default @Nullable Long chosenUserData() {
        return null;
    }

    /** Learns the user_data of each submission. */
    default void staged(long userData) {
    }

    /** Fills the SQE, all but user_data; called again each time the request is armed anew. */
    void prepare(Sqe sqe);

    /** Turns a result of zero or more into a value, or null for none. */
    @Nullable
    T value(int result, int flags, long userData);

    /** Decides how a request that has ended goes on; called after {@link #value} where the result is not an error. */
    Ending ending(int result, int flags);

    /** Returns the exception for a result below zero. */
    IOException error(int result);

    /**
     * Frees a value nobody will take, and has no other owner: what is freed here must not be given to a discard hook as
     * well. By default there is nothing to free, and the hook is told.
     *
     * @param context the subscriber's
     */
    default void discard(T value, Context context) {
        Operators.onDiscard(value, context);
    }

    /** Frees what a completion carries that arrived after the disposal. */
    default void discardCompletion(int result, int flags) {
    }

    /** Frees what the SQE pointed to; called after each final CQE. */
    default void released() {
    }

    /** How a source goes on when its request has ended without being disposed of. */
    enum Ending {
        /** Arm it anew, when there is demand. */
        REARM,
        /** Complete, after what is buffered. */
        COMPLETE,
        /** Signal {@link MultishotOperation#error}, after what is buffered. */
        ERROR
    }
}
