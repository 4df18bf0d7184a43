package io.github.reactoruring.samples.benchmarks;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.netty.NettyBuffers;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.netty.buffer.ByteBuf;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Reads 4 KiB at random positions of a file that is in the page cache, 32 reads in flight. */
final class RandomReads {

    private static final int BYTES = 4096;
    private static final int IN_FLIGHT = 32;
    /** How many positions there are; a power of two. */
    private static final int POSITIONS = 8192;
    private static final int MASK = POSITIONS - 1;

    private final Path path;
    private final long[] positions = new long[POSITIONS];

    private RandomReads(Path path, long fileBytes) {
        this.path = path;
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < POSITIONS; i++) {
            positions[i] = random.nextLong(fileBytes / BYTES) * BYTES;
        }
    }

    static List<Comparison.Row> run(Settings settings) throws Exception {
        try (CachedFile file = CachedFile.create(Math.min(settings.fileMiB(), 64))) {
            return new RandomReads(file.path(), file.sizeBytes()).compare(settings);
        }
    }

    private List<Comparison.Row> compare(Settings settings) throws Exception {
        Uring uring = Uring.builder("reads").build();
        try (Arena arena = Arena.ofShared();
                BareRing bare = new BareRing();
                FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
                AsynchronousFileChannel asynchronous = AsynchronousFileChannel.open(path, StandardOpenOption.READ)) {
            MemorySegment[] buffers = new MemorySegment[IN_FLIGHT];
            for (int i = 0; i < IN_FLIGHT; i++) {
                buffers[i] = arena.allocate(BYTES, BYTES);
            }
            NettyBuffers netty = NettyBuffers.pooled();
            int fd = open(uring, arena);
            UringFile file = Await.value(uring.files().open(path));
            Operation[] operations = new Operation[POSITIONS];
            for (int i = 0; i < POSITIONS; i++) {
                operations[i] = read(fd, buffers[i % IN_FLIGHT], positions[i]);
            }
            List<Comparison.Row> rows = new Comparison("4 KiB random reads from the page cache, 32 in flight")
                    .add("bare ring, batches of 32", Variant.timed(n -> bareRing(n, bare, fd, buffers)))
                    .add("Mono: raw().submit, native memory, repeated", Variant.timed(n -> repeated(n,
                            i -> uring.raw().submit(operations[i & MASK]))))
                    .add("Mono: raw().submit, native memory, by flatMap", Variant.timed(n -> count(
                            range(n).flatMap(i -> uring.raw().submit(operations[i & MASK]), IN_FLIGHT))))
                    .add("Mono: UringFile.readAt, Netty's buffers, repeated", Variant.timed(n -> repeated(n,
                            i -> file.readAt(positions[i & MASK], BYTES, netty).doOnNext(ByteBuf::release))))
                    .add("Mono: UringFile.readAt, heap buffers, by flatMap", Variant.timed(n -> count(
                            range(n).flatMap(i -> file.readAt(positions[i & MASK], BYTES), IN_FLIGHT))))
                    .add("Mono: UringFile.readAt, Netty's buffers, by flatMap", Variant.timed(n -> count(
                            range(n).flatMap(i -> file.readAt(positions[i & MASK], BYTES, netty)
                                    .doOnNext(ByteBuf::release), IN_FLIGHT))))
                    .add("AsynchronousFileChannel", Variant.timed(n -> asynchronous(n, asynchronous)))
                    .add("boundedElastic over FileChannel", Variant.timed(n -> count(elastic(n, channel))))
                    .add("FileChannel loop, one read at a time", Variant.timed(n -> loop(n, channel)))
                    .run(settings);
            file.close().block();
            uring.raw().submit(Operation.of(Opcode.CLOSE).fd(fd)).block();
            return rows;
        } finally {
            uring.disposeLater().block();
        }
    }

    private int open(Uring uring, Arena arena) {
        return Await.value(uring.raw()
                .submit(Operation.of(Opcode.OPENAT).fd(-100).pointer(arena.allocateFrom(path.toString())))).result();
    }

    private static Operation read(int fd, MemorySegment buffer, long position) {
        return Operation.of(Opcode.READ).fd(fd).buffer(buffer).offset(position);
    }

    private static Flux<Integer> range(long n) {
        return Flux.range(0, (int) n);
    }

    private static long count(Flux<?> reads) {
        return Await.value(reads.count());
    }

    private long bareRing(long n, BareRing ring, int fd, MemorySegment[] buffers) {
        return ring.run(n, IN_FLIGHT, (sqe, i) -> sqe.opcode(IoUringAbi.IORING_OP_READ).fd(fd)
                .off(positions[(int) i & MASK]).addr(buffers[(int) i % IN_FLIGHT].address()).len(BYTES).userData(i));
    }

    /** Keeps reads in flight as a completion handler would: each slot starts the next when its last has ended. */
    private static long repeated(long n, IntFunction<Mono<?>> read) throws InterruptedException {
        AtomicLong next = new AtomicLong();
        CountDownLatch running = new CountDownLatch(IN_FLIGHT);
        for (int slot = 0; slot < IN_FLIGHT; slot++) {
            Mono.defer(() -> read.apply((int) next.getAndIncrement())).repeat(() -> next.get() < n)
                    .subscribe(null, null, running::countDown);
        }
        running.await();
        return next.get();
    }

    private Flux<Integer> elastic(long n, FileChannel channel) {
        ThreadLocal<ByteBuffer> buffers = ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(BYTES));
        return range(n).flatMap(i -> Mono.fromCallable(() -> channel.read(buffers.get().clear(), positions[i & MASK]))
                .subscribeOn(Schedulers.boundedElastic()), IN_FLIGHT);
    }

    private long loop(long n, FileChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);
        for (long i = 0; i < n; i++) {
            channel.read(buffer.clear(), positions[(int) i & MASK]);
        }
        return n;
    }

    private long asynchronous(long n, AsynchronousFileChannel channel) throws InterruptedException {
        AtomicLong next = new AtomicLong();
        CountDownLatch running = new CountDownLatch(IN_FLIGHT);
        for (int i = 0; i < IN_FLIGHT; i++) {
            new Reader(n, channel, next, running).readNext();
        }
        running.await();
        return n;
    }

    /** Keeps one read in flight. */
    private final class Reader implements CompletionHandler<Integer, @Nullable Void> {

        private final long end;
        private final AsynchronousFileChannel channel;
        private final AtomicLong next;
        private final CountDownLatch running;
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);

        Reader(long end, AsynchronousFileChannel channel, AtomicLong next, CountDownLatch running) {
            this.end = end;
            this.channel = channel;
            this.next = next;
            this.running = running;
        }

        void readNext() {
            long i = next.getAndIncrement();
            if (i < end) {
                channel.read(buffer.clear(), positions[(int) i & MASK], null, this);
            } else {
                running.countDown();
            }
        }

        @Override
        public void completed(Integer bytes, @Nullable Void attachment) {
            readNext();
        }

        @Override
        public void failed(Throwable cause, @Nullable Void attachment) {
            throw new IllegalStateException(cause);
        }
    }
}
