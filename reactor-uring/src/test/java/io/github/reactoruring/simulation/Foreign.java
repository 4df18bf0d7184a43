package io.github.reactoruring.simulation;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import io.github.reactoruring.internal.loop.EventLoop;

/** Acts another thread: while an action runs, its loop has no owner, and takes the caller for somebody else. */
final class Foreign {

    private static final VarHandle OWNER;

    static {
        try {
            OWNER = MethodHandles.privateLookupIn(EventLoop.class, MethodHandles.lookup()).findVarHandle(
                    EventLoop.class, "owner", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private Foreign() {
    }

    static void run(EventLoop loop, Runnable action) {
        Object owner = OWNER.getVolatile(loop);
        OWNER.setVolatile(loop, null);
        try {
            action.run();
        } finally {
            OWNER.setVolatile(loop, owner);
        }
    }
}
