package io.github.reactoruring.samples.benchmarks;

import java.util.ArrayList;
import java.util.List;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.Uring;
import io.github.reactoruring.file.UringPipe;
import reactor.core.Disposable;

/**
 * Disposes of {@code k} pending reads of one pipe while {@code others} wait on another, and sends NOPs through the ring
 * until they are gone: ns of the slowest of those NOPs, on average of the batches.
 */
final class Stalls {

    private static final int QUIET_NOPS = 200;
    private static final int MOST_BATCHES = 40;

    private Stalls() {
    }

    static List<Comparison.Row> run(Settings settings) throws Exception {
        List<Comparison.Row> rows = new ArrayList<>();
        rows.addAll(compare(settings, 200, 0));
        rows.addAll(compare(settings, 5_000, 0));
        rows.addAll(compare(settings, 64, 16_000));
        return rows;
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
                comparison.add(policy.toString(), batches -> dispose(batches, uring, pipe, k, others));
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

    private static Variant.Cost dispose(long batches, Uring uring, UringPipe pipe, int k, int others) {
        long slowest = 0;
        for (long batch = 0; batch < batches; batch++) {
            List<Disposable> reads = start(uring, pipe, k, others);
            uring.batch(() -> reads.forEach(Disposable::dispose));
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
