package io.github.reactoruring.samples.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.Uring;
import io.github.reactoruring.file.UringPipe;
import reactor.core.Disposable;

/**
 * Disposes of much at once, such as {@code k} pending reads of one pipe while {@code others} wait on another, and sends
 * NOPs through the ring until it is gone: ns of the slowest of those NOPs, on average of the batches.
 */
final class Stalls {

    private static final int QUIET_NOPS = 200;
    private static final int MOST_BATCHES = 40;
    /** A user may have 128 by default. */
    private static final int WATCHES = 50;

    private Stalls() {
    }

    static List<Comparison.Row> run(Settings settings) throws Exception {
        List<Comparison.Row> rows = new ArrayList<>();
        rows.addAll(compare(settings, 200, 0));
        rows.addAll(compare(settings, 5_000, 0));
        rows.addAll(compare(settings, 64, 16_000));
        rows.addAll(watches(settings));
        return rows;
    }

    /** Closing an inotify instance takes the kernel milliseconds. */
    private static List<Comparison.Row> watches(Settings settings) throws Exception {
        Uring uring = Uring.builder("stalls").build();
        try {
            return new Comparison(
                    WATCHES + " watched directories disposed of together; ns of the slowest NOP meanwhile")
                    .add("no disposal", batches -> quiet(batches, uring))
                    .add("disposal", batches -> dispose(batches, uring, 0, () -> watch(uring)))
                    .run(settings, Math.min(MOST_BATCHES, settings.cancelRepeats()));
        } finally {
            uring.disposeLater().block();
        }
    }

    private static List<Disposable> watch(Uring uring) {
        CountDownLatch watching = new CountDownLatch(WATCHES);
        List<Disposable> watches = Stream.generate(() -> uring.fileSystem().watch(Path.of("/"))
                .subscribe(change -> watching.countDown())).limit(WATCHES).toList();
        try {
            watching.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return watches;
    }

    private static List<Comparison.Row> compare(Settings settings, int k, int others) throws Exception {
        List<Uring> urings = new ArrayList<>();
        List<Disposable> waiting = new ArrayList<>();
        Comparison comparison = new Comparison(k + " pending reads of one pipe disposed of together, " + others
                + " others waiting; ns of the slowest NOP meanwhile");
        try {
            boolean first = true;
            for (CancelPolicy policy : List.of(CancelPolicy.coalesce(), CancelPolicy.perRequest(),
                    CancelPolicy.always())) {
                Uring uring = Uring.builder("stalls").completionEntries(32_768)
                        .cancelPolicy(policy).build();
                urings.add(uring);
                UringPipe pipe = Await.value(uring.files().pipe());
                waiting.addAll(start(uring, Await.value(uring.files().pipe()), others, 0));
                if (first) {
                    comparison.add("no disposal", batches -> quiet(batches, uring));
                    first = false;
                }
                comparison.add(policy.toString(), batches -> dispose(batches, uring, others,
                        () -> start(uring, pipe, k, others)));
            }
            return comparison.run(settings, Math.min(MOST_BATCHES, settings.cancelRepeats()));
        } finally {
            waiting.forEach(Disposable::dispose);
            urings.forEach(uring -> uring.disposeLater().block());
        }
    }

    private static List<Disposable> start(Uring uring, UringPipe pipe, int count, int armedBefore) {
        List<Disposable> reads = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            reads.add(pipe.source().read(1).subscribe());
        }
        Cancels.awaitInFlight(uring, armedBefore + count);
        return reads;
    }

    private static Variant.Cost dispose(long batches, Uring uring, int others, Supplier<List<Disposable>> start) {
        long slowest = 0;
        for (long batch = 0; batch < batches; batch++) {
            List<Disposable> waiting = start.get();
            uring.batch(() -> waiting.forEach(Disposable::dispose));
            long worst = 0;
            do {
                worst = Math.max(worst, nop(uring));
            } while (uring.stats().inFlight() != others);
            slowest += worst;
        }
        return new Variant.Cost(batches, slowest, 0);
    }

    private static Variant.Cost quiet(long batches, Uring uring) {
        long slowest = 0;
        for (long batch = 0; batch < batches; batch++) {
            long worst = 0;
            for (int i = 0; i < QUIET_NOPS; i++) {
                worst = Math.max(worst, nop(uring));
            }
            slowest += worst;
        }
        return new Variant.Cost(batches, slowest, 0);
    }

    /** Returns the ns of a round trip. Spins: to be woken would be part of what is measured. */
    private static long nop(Uring uring) {
        long start = System.nanoTime();
        Disposable nop = uring.raw().nop().subscribe();
        while (!nop.isDisposed()) {
            Thread.onSpinWait();
        }
        return System.nanoTime() - start;
    }
}
