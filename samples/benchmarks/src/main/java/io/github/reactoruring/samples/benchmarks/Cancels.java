package io.github.reactoruring.samples.benchmarks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.Uring;
import io.github.reactoruring.file.UringPipe;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import reactor.core.Disposable;

/** Disposes of k pending reads of one pipe, and waits for the last final CQE: ns for each request. */
final class Cancels {

    private static final List<CancelPolicy> POLICIES = List.of(CancelPolicy.coalesce(), CancelPolicy.always(),
            CancelPolicy.perRequest());

    private Cancels() {
    }

    static List<Comparison.Row> run(Settings settings) throws Exception {
        List<Comparison.Row> rows = new ArrayList<>();
        for (int k : new int[]{1, 16, 64, 256, 1024}) {
            rows.addAll(compare(settings, k));
        }
        return rows;
    }

    private static List<Comparison.Row> compare(Settings settings, int k) throws Exception {
        List<Uring> urings = new ArrayList<>();
        try (BareRing bare = new BareRing(); BarePipe pipe = new BarePipe()) {
            Comparison comparison = new Comparison(k + " pending reads of one pipe disposed of together"
                    + "; ns for each, from dispose() to the last final CQE")
                    .add("bare ring, a cancel by user_data each", batches -> cancelBare(batches, k, bare, pipe, false))
                    .add("bare ring, one cancel by FD|ALL", batches -> cancelBare(batches, k, bare, pipe, true));
            for (CancelPolicy policy : POLICIES) {
                Uring uring = Uring.builder("cancels").cancelPolicy(policy).build();
                urings.add(uring);
                UringPipe ends = Await.value(uring.files().pipe());
                comparison.add("batch of dispose(), " + policy, batches -> dispose(batches, k, uring, ends));
            }
            return comparison.run(settings, settings.cancelRepeats());
        } finally {
            urings.forEach(uring -> uring.disposeLater().block());
        }
    }

    private static Variant.Cost dispose(long batches, int k, Uring uring, UringPipe pipe) {
        long nanos = 0;
        for (long batch = 0; batch < batches; batch++) {
            List<Disposable> reads = new ArrayList<>(k);
            for (int i = 0; i < k; i++) {
                reads.add(pipe.source().read(1).subscribe());
            }
            awaitInFlight(uring, k);
            long start = System.nanoTime();
            uring.batch(() -> reads.forEach(Disposable::dispose));
            awaitInFlight(uring, 0);
            nanos += System.nanoTime() - start;
        }
        return new Variant.Cost(batches * k, nanos, 0);
    }

    /** Spins: to be woken would cost more than what is measured. */
    static void awaitInFlight(Uring uring, int count) {
        while (uring.stats().inFlight() != count) {
            Thread.onSpinWait();
        }
    }

    private static Variant.Cost cancelBare(long batches, int k, BareRing ring, BarePipe pipe, boolean byFile) {
        long nanos = 0;
        for (long batch = 0; batch < batches; batch++) {
            for (int i = 0; i < k; i++) {
                ring.next().opcode(IoUringAbi.IORING_OP_READ).fd(pipe.source()).off(-1).addr(pipe.buffer().address())
                        .len(1).userData(i);
            }
            ring.submit();
            long start = System.nanoTime();
            if (byFile) {
                ring.next().opcode(IoUringAbi.IORING_OP_ASYNC_CANCEL).fd(pipe.source())
                        .opFlags(IoUringAbi.IORING_ASYNC_CANCEL_FD | IoUringAbi.IORING_ASYNC_CANCEL_ALL)
                        .userData(BareRing.CANCEL);
            } else {
                for (int i = 0; i < k; i++) {
                    ring.next().opcode(IoUringAbi.IORING_OP_ASYNC_CANCEL).flags(IoUringAbi.IOSQE_CQE_SKIP_SUCCESS)
                            .fd(-1).addr(i).userData(BareRing.CANCEL);
                }
            }
            ring.submit();
            ring.await(k);
            nanos += System.nanoTime() - start;
        }
        return new Variant.Cost(batches * k, nanos, 0);
    }

    /** A pipe whose descriptors are known: made by another ring, which matters to nobody. */
    private static final class BarePipe implements AutoCloseable {

        private final Uring maker = Uring.builder("pipe").build();
        private final Arena arena = Arena.ofShared();
        private final MemorySegment ends = arena.allocate(8, 4);

        BarePipe() {
            maker.raw().submit(Operation.of(Opcode.PIPE).fd(0).pointer(ends)).block();
        }

        int source() {
            return ends.get(ValueLayout.JAVA_INT, 0);
        }

        MemorySegment buffer() {
            return ends;
        }

        @Override
        public void close() {
            for (long offset = 0; offset < 8; offset += 4) {
                maker.raw().submit(
                        Operation.of(Opcode.CLOSE).fd(ends.get(ValueLayout.JAVA_INT, offset)))
                        .block();
            }
            maker.disposeLater().block();
            arena.close();
        }
    }
}
