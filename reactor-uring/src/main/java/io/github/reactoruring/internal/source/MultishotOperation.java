package io.github.reactoruring.internal.source;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.loop.Request;
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

    /** Says whether a completion is a value; one that is neither that nor goes on carries at most what has to be freed. */
    default boolean isValue(int result, int flags) {
        // A multishot timer ticks with -ETIME: what goes on is no error.
        return result >= 0 || !Request.isFinal(flags);
    }

    /**
     * Turns a completion that {@link #isValue is a value} into it, or into null for none. Where it throws it has freed nothing:
     * {@link #discardCompletion} comes next.
     */
    @Nullable
    T value(int result, int flags, long userData);

    /**
     * Decides how a request that has ended goes on; called after {@link #value} where there was one. That it has ended says
     * nothing: the kernel ends it also when it finds no room for a completion, which others may have filled.
     */
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

    /**
     * Frees what a completion carries that is no value, arrived after the disposal, or could not be made a value.
     *
     * @param context the subscriber's
     */
    default void discardCompletion(int result, int flags, long userData, Context context) {
    }

    /**
     * Frees what the SQE pointed to: once, when nothing is in flight and nothing will be armed again; also where nothing
     * ever was. Not when the ring broke.
     */
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
