package io.github.reactoruring.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.buffers.NettyLeaks;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

@Tag("kernel")
@ExtendWith(NettyLeaks.class)
class NettyBuffersTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final Uring uring = Uring.builder("netty").build();
    private final PooledByteBufAllocator allocator = new PooledByteBufAllocator(true);

    @AfterEach
    void close() {
        uring.disposeLater().block(LONG);
    }

    /** Without it the others would prove nothing. */
    @Test
    void theLeakDetectorSeesABufferThatIsNotReleased() {
        leak();
        Await.until("a leak reported", () -> {
            System.gc();
            NettyLeaks.lookForLeaks();
            return NettyLeaks.take().stream().anyMatch(leak -> leak.contains("ByteBuf"));
        });
    }

    private static void leak() {
        PooledByteBufAllocator.DEFAULT.directBuffer(100);
    }

    @Test
    void readsIntoBuffersTheSubscriberOwns(@TempDir Path directory) throws Exception {
        byte[] content = content(300_001);
        Path file = Files.write(directory.resolve("file"), content);

        byte[] read = uring.files().read(file, ReadOptions.defaults(), new NettyBuffers(allocator))
                .map(NettyBuffersTest::takeBytes)
                .reduce(new byte[0], NettyBuffersTest::concat)
                .block(LONG);

        assertThat(read).isEqualTo(content);
        assertThat(pinnedBytes()).isZero();
    }

    @Test
    void givesBackEveryBufferWhenDisposedOfMidway(@TempDir Path directory) throws Exception {
        Path file = Files.write(directory.resolve("file"), content(2_000_000));
        Random random = new Random(42);
        for (int round = 0; round < 300; round++) {
            uring.files().read(file, ReadOptions.defaults().withChunkBytes(8_192), new NettyBuffers(allocator))
                    .doOnNext(ByteBuf::release)
                    .take(1 + random.nextInt(20))
                    .blockLast(LONG);
        }
        uring.disposeLater().block(LONG);

        assertThat(pinnedBytes()).isZero();
    }

    @Test
    void writesBuffersOfEveryKindAndGivesThemBack(@TempDir Path directory) throws Exception {
        byte[] content = content(60_000);
        ByteBuf direct = allocator.directBuffer().writeBytes(content, 0, 20_000).skipBytes(1_000);
        ByteBuf whole = allocator.directBuffer().writeBytes(content, 10_000, 20_000);
        ByteBuf slice = whole.readRetainedSlice(15_000);
        whole.release();
        ByteBuf heap = allocator.heapBuffer().writeBytes(content, 25_000, 15_000);
        ByteBuf composite = allocator.compositeBuffer()
                .addComponent(true, allocator.directBuffer().writeBytes(content, 40_000, 10_000))
                .addComponent(true, allocator.heapBuffer().writeBytes(content, 50_000, 10_000));
        ByteBuf empty = allocator.directBuffer();
        List<ByteBuf> buffers = List.of(direct, empty, slice, heap, composite);
        Path file = directory.resolve("file");

        Long written = uring.files()
                .write(file, Flux.fromIterable(buffers), WriteOptions.defaults(), new NettyBuffers(allocator))
                .block(LONG);

        byte[] expected = concat(Arrays.copyOfRange(content, 1_000, 20_000),
                Arrays.copyOfRange(content, 10_000, 60_000));
        assertThat(written).isEqualTo(expected.length);
        assertThat(file).hasBinaryContent(expected);
        assertThat(buffers).allSatisfy(buffer -> assertThat(buffer.refCnt()).isZero());
        assertThat(pinnedBytes()).isZero();
        assertThat(allocator.pinnedHeapMemory()).isZero();
    }

    @Test
    void givesBackEveryBufferOfAWriteDisposedOfMidway(@TempDir Path directory) {
        Path file = directory.resolve("file");
        NettyBuffers netty = new NettyBuffers(allocator);
        for (int round = 0; round < 100; round++) {
            Flux<ByteBuf> endless = Flux.generate(sink -> sink.next(allocator.directBuffer().writeZero(10_000)));
            long until = 1 + round % 30;
            AtomicLong emitted = new AtomicLong();
            Sinks.Empty<Void> end = Sinks.empty();
            uring.files().write(file, endless.doOnNext(buffer -> {
                if (emitted.incrementAndGet() == until) {
                    end.tryEmitEmpty();
                }
            }), WriteOptions.defaults(), netty).takeUntilOther(end.asMono()).block(LONG);
        }
        uring.disposeLater().block(LONG);

        assertThat(pinnedBytes()).isZero();
    }

    /** What the pool's arenas have handed out and not got back. */
    private long pinnedBytes() {
        return allocator.pinnedDirectMemory();
    }

    private static byte[] content(int size) {
        byte[] content = new byte[size];
        new Random(1).nextBytes(content);
        return content;
    }

    private static byte[] takeBytes(ByteBuf buffer) {
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes).release();
        return bytes;
    }

    private static byte[] concat(byte[] left, byte[] right) {
        byte[] both = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, both, left.length, right.length);
        return both;
    }
}
