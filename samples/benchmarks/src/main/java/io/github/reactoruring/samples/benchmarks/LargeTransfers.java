package io.github.reactoruring.samples.benchmarks;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.netty.NettyBuffers;
import io.netty.buffer.ByteBuf;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/**
 * Sends NOPs through a ring on which somebody else moves much by single requests, one after the other: ns that half of the
 * NOPs, and that 99 in 100, did not exceed.
 */
final class LargeTransfers {

    private static final int MIB = 1 << 20;
    private static final int READ_BYTES = 16 * MIB;
    private static final int WRITE_BYTES = 128 * MIB;
    private static final int NOPS = 2_000;

    private LargeTransfers() {
    }

    static List<Comparison.Row> run(Settings settings) throws Exception {
        // The smoke test wants to know that it works, and on a small disk.
        boolean smoke = settings.fileMiB() < READ_BYTES / MIB;
        int readBytes = smoke ? MIB : READ_BYTES;
        int writeBytes = smoke ? MIB : WRITE_BYTES;
        int nops = smoke ? 10 : NOPS;
        Path path = Files.createTempFile("large", "");
        Uring uring = Uring.builder("large").build();
        try {
            Files.write(path, new byte[readBytes]);
            UringFile file = Await.value(uring.files().open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
            NettyBuffers pooled = NettyBuffers.pooled();
            ByteBuffer heap = ByteBuffer.allocate(writeBytes);
            ByteBuffer direct = ByteBuffer.allocateDirect(writeBytes);
            List<Comparison.Row> rows = new ArrayList<>();
            for (double share : new double[]{0.5, 0.99}) {
                rows.addAll(new Comparison("NOPs beside a large request; ns that " + share * 100 + " % did not exceed")
                        .add("nothing else", n -> measure(uring, Mono::never, n, share))
                        .add("readAt of 16 MiB, cached, new heap buffers",
                                n -> measure(uring, () -> file.readAt(0, readBytes), n, share))
                        .add("readAt of 16 MiB, cached, Netty's buffers", n -> measure(uring,
                                () -> file.readAt(0, readBytes, pooled).doOnNext(ByteBuf::release), n, share))
                        .add("writeAt of 128 MiB of the heap",
                                n -> measure(uring, () -> file.writeAt(0, List.of(heap.duplicate())), n, share))
                        .add("writeAt of 128 MiB, direct",
                                n -> measure(uring, () -> file.writeAt(0, List.of(direct.duplicate())), n, share))
                        .run(settings, nops));
            }
            return rows;
        } finally {
            uring.disposeLater().block();
            Files.delete(path);
        }
    }

    private static Variant.Cost measure(Uring uring, Supplier<Mono<?>> transfer, long nops, double share)
            throws InterruptedException {
        AtomicBoolean over = new AtomicBoolean();
        Disposable transfers = Mono.defer(transfer::get).repeat(() -> !over.get()).subscribe();
        long[] nanos = new long[(int) nops];
        try {
            for (int i = 0; i < nanos.length; i++) {
                nanos[i] = nop(uring);
                // At any time of the transfer, not right behind a turn of it.
                Thread.sleep(0, 200_000 + i % 10 * 30_000);
            }
        } finally {
            over.set(true);
            transfers.dispose();
            while (uring.stats().inFlight() > 0) {
                Thread.onSpinWait();
            }
        }
        Arrays.sort(nanos);
        return new Variant.Cost(1, nanos[(int) Math.ceil(share * nanos.length) - 1], 0);
    }

    /** Returns the ns of a round trip. Sleeps meanwhile: who spins keeps a core from what is measured. */
    private static long nop(Uring uring) {
        long start = System.nanoTime();
        uring.raw().nop().block();
        return System.nanoTime() - start;
    }
}
