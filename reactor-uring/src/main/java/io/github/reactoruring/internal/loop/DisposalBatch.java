package io.github.reactoruring.internal.loop;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Collects the disposals one thread makes, and delivers them to each loop as one mailbox entry, so that no turn sees
 * only a part of them.
 */
public final class DisposalBatch {

    private static final ThreadLocal<@Nullable DisposalBatch> CURRENT = new ThreadLocal<>();

    private final Map<EventLoop, List<Runnable>> disposals = new IdentityHashMap<>(2);

    private DisposalBatch() {
    }

    /** Runs {@code action}, and delivers the disposals made in it, on this thread, together. Nested batches join. */
    public static void run(Runnable action) {
        if (CURRENT.get() != null) {
            action.run();
            return;
        }
        DisposalBatch batch = new DisposalBatch();
        CURRENT.set(batch);
        try {
            action.run();
        } finally {
            CURRENT.remove();
            batch.deliver();
        }
    }

    /** Has what it takes to dispose of something on this thread: it may have to be done where there is no memory left. */
    static void prepare() {
        CURRENT.get();
    }

    /** Takes the disposal if this thread collects; false where it has to be delivered alone. */
    static boolean collect(EventLoop loop, Runnable disposal) {
        DisposalBatch batch = CURRENT.get();
        if (batch == null) {
            return false;
        }
        batch.disposals.computeIfAbsent(loop, key -> new ArrayList<>()).add(disposal);
        return true;
    }

    private void deliver() {
        disposals.forEach((loop, tasks) -> loop.execute(new Delivery(loop, tasks)));
    }

    /** Disposals that reach their loop together, or learn together that it is over. */
    private record Delivery(EventLoop loop, List<Runnable> tasks) implements LoopTask {

        @Override
        public void run() {
            for (int i = 0; i < tasks.size(); i++) {
                loop.runSafely(tasks.get(i));
            }
        }

        @Override
        public void rejected(Throwable cause) {
            for (Runnable task : tasks) {
                if (task instanceof LoopTask rejectable) {
                    loop.runSafely(() -> rejectable.rejected(cause));
                }
            }
        }
    }
}
