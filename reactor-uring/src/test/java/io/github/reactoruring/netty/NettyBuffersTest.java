package io.github.reactoruring.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.ReadOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class NettyBuffersTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final Uring uring = Uring.builder("netty").build();
    private final PooledByteBufAllocator allocator = new PooledByteBufAllocator(true);

    @AfterEach
    void close() {
        uring.disposeLater().block(LONG);
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
        byte[] both = java.util.Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, both, left.length, right.length);
        return both;
    }
}
