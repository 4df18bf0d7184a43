package io.github.reactoruring.file;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.buffers.TrackedBuffers;
import io.github.reactoruring.testing.kernel.NeedsUring;

/** Files that bypass the page cache (O_DIRECT). */
@NeedsUring
class DirectIoTest {

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    private UringFile file;

    @BeforeEach
    void open() throws Exception {
        FileStore store = Files.getFileStore(directory);
        Assumptions.assumeFalse(store.type().equals("tmpfs") || store.type().equals("overlay"),
                () -> store.type() + " may not know O_DIRECT");
        file = ring.get().files().open(directory.resolve("file"), CREATE, READ, WRITE, direct()).block();
    }

    /** Returns ExtendedOpenOption.DIRECT; to name it is a warning, since it is of jdk.unsupported. */
    static OpenOption direct() throws ReflectiveOperationException {
        return (OpenOption) Class.forName("com.sun.nio.file.ExtendedOpenOption").getField("DIRECT").get(null);
    }

    @AfterEach
    void close() {
        if (file != null) {
            file.close().block();
        }
    }

    @Test
    void knowsWhatTheDiskWants() throws Exception {
        assertThat(file.alignmentBytes()).isBetween(512, 65_536);
        assertThat(Integer.bitCount(file.alignmentBytes())).isEqualTo(1);

        UringFile buffered = ring.get().files().open(directory.resolve("file"), READ).block();
        assertThat(buffered.alignmentBytes()).isEqualTo(1);
        buffered.close().block();
    }

    @Test
    void writesAndReadsHeapBuffersThroughAlignedCopies() {
        int block = file.alignmentBytes();
        byte[] content = new byte[8 * block];
        new Random(1).nextBytes(content);

        assertThat(file.writeAt(block, ByteBuffer.wrap(content)).block()).isEqualTo(content.length);
        assertThat(file.writeAt(9L * block, List.of(ByteBuffer.allocate(block), ByteBuffer.allocate(block))).block())
                .isEqualTo(2 * block);

        assertThat(file.readAt(block, content.length).block()).isEqualTo(ByteBuffer.wrap(content));
        assertThat(file.readAt(block, content.length, BufferFactory.aligned(4096)).block())
                .isEqualTo(ByteBuffer.wrap(content));
        assertThat(file.size().block()).isEqualTo(11L * block);
    }

    @Test
    void saysWhatIsMisalignedBeforeTheKernelSaysEinval() {
        int block = file.alignmentBytes();

        assertThatIllegalArgumentException().isThrownBy(() -> file.readAt(block / 2, block))
                .withMessageContaining("position " + block / 2).withMessageContaining("multiple of " + block);
        assertThatIllegalArgumentException().isThrownBy(() -> file.readAt(0, block + 1))
                .withMessageContaining("length " + (block + 1));
        assertThatIllegalArgumentException().isThrownBy(() -> file.writeAt(0, ByteBuffer.allocate(100)))
                .withMessageContaining("length 100");
        ByteBuffer direct = ByteBuffer.allocateDirect(4 * block);
        ByteBuffer misaligned = direct.alignedSlice(block).position(1).limit(1 + block).slice();
        assertThatIllegalArgumentException().isThrownBy(() -> file.writeAt(0, misaligned))
                .withMessageContaining("address");
    }

    @Test
    void writesAlignedDirectBuffersInPlace() {
        int block = file.alignmentBytes();
        ByteBuffer data = ByteBuffer.allocateDirect(3 * block).alignedSlice(block).limit(block);
        data.put(0, (byte) 7);

        assertThat(file.writeAt(0, data).block()).isEqualTo(block);
        assertThat(file.readAt(0, block).block().get(0)).isEqualTo((byte) 7);
    }

    @Test
    void refusesAFactoryWhoseMemoryIsMisaligned() {
        int block = file.alignmentBytes();
        file.writeAt(0, ByteBuffer.allocate(block)).block();
        BufferFactory<TrackedBuffers.Buffer> odd = new Misaligned();

        assertThatThrownBy(() -> file.readAt(0, block, odd).block()).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("address").hasMessageContaining("BufferFactory.aligned");
    }

    @Test
    void alignedFactoryTakesPowersOfTwo() {
        assertThatIllegalArgumentException().isThrownBy(() -> BufferFactory.aligned(3000));
        assertThatIllegalArgumentException().isThrownBy(() -> BufferFactory.aligned(0));
        assertThatIllegalArgumentException().isThrownBy(() -> BufferFactory.aligned(2 << 20));
        for (int alignment = 1; alignment <= 1 << 20; alignment *= 2) {
            BufferFactory.Lease<ByteBuffer> lease = BufferFactory.aligned(alignment).lease(1000);
            assertThat(lease.address() % alignment).isZero();
            lease.release();
        }
    }

    /** Leases memory one byte behind where it would be right. */
    private static final class Misaligned implements BufferFactory<TrackedBuffers.Buffer> {

        @Override
        public Lease<TrackedBuffers.Buffer> lease(int capacityBytes) {
            return new Lease<>() {
                @Override
                public long address() {
                    return 4097;
                }

                @Override
                public int capacityBytes() {
                    return capacityBytes;
                }

                @Override
                public TrackedBuffers.Buffer fill(int lengthBytes) {
                    throw new AssertionError("never read into");
                }

                @Override
                public void release() {
                    // There is none.
                }
            };
        }

        @Override
        public void release(TrackedBuffers.Buffer buffer) {
            throw new AssertionError("never filled");
        }
    }
}
