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

    private final Map<EventLoop, List<Mail>> disposals = new IdentityHashMap<>(2);

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

    /** Sends a disposal to its loop, together with others where the calling thread collects a batch. */
    public static void dispose(EventLoop loop, Mail disposal) {
        DisposalBatch batch = CURRENT.get();
        if (batch == null) {
            loop.execute(disposal);
        } else {
            batch.disposals.computeIfAbsent(loop, key -> new ArrayList<>()).add(disposal);
        }
    }

    private void deliver() {
        disposals.forEach((loop, mail) -> loop.execute(new Delivery(mail)));
    }

    /** Disposals that reach their loop together, or learn together that it is over. */
    record Delivery(List<Mail> disposals) implements Mail {

        @Override
        public void rejected(Throwable cause) {
            for (Mail disposal : disposals) {
                Gate.rejected(disposal, cause);
            }
        }
    }
}
