package io.github.reactoruring;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.reactoruring.testing.Await;
import reactor.core.Disposable;

/** Lets a hundred readers keep all they get, until the heap is full; then looks whether the ring works, or says that it does not. */
final class FullHeapMain {

    private static final int READERS = 100;
    private static final Duration LONG = Duration.ofSeconds(20);

    private FullHeapMain() {
    }

    public static void main(String[] arguments) {
        Path file = Path.of(arguments[0]);
        Uring uring = Uring.builder("full").build();
        AtomicInteger ended = new AtomicInteger();
        List<Disposable> readings = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            List<ByteBuffer> kept = new ArrayList<>();
            readings.add(uring.files().read(file).doFinally(signal -> {
                kept.clear();
                ended.incrementAndGet();
            }).subscribe(kept::add, error -> {
                // It is counted.
            }));
        }
        Await.until(LONG, () -> "all readers ended, but " + ended, () -> ended.get() == READERS);
        System.out.println("readers: " + READERS + ", ended: " + ended.get());
        String later;
        try {
            uring.raw().nop().block(LONG);
            later = "answered";
        } catch (IllegalStateException e) {
            later = "nobody answers: " + e;
        } catch (RuntimeException e) {
            later = uring.failureCause() == null ? again(uring) : "answered with a rejection";
        }
        System.out.println("later: " + later);
        readings.forEach(Disposable::dispose);
    }

    /** A ring that failed may have been replaced since it rejected. */
    private static String again(Uring uring) {
        try {
            uring.raw().nop().block(LONG);
            return "answered by another ring";
        } catch (RuntimeException e) {
            return "rejected by a ring that looks alive: " + e;
        }
    }
}
