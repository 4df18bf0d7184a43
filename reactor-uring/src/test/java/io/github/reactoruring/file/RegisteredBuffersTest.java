package io.github.reactoruring.file;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.Uring;
import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.buffer.BuffersExhaustedException;
import io.github.reactoruring.buffer.RegisteredBuffer;
import io.github.reactoruring.buffer.RegisteredBuffers;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.KernelSight;
import io.github.reactoruring.testing.kernel.KernelTrace;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsTrace;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.ChildJvm;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Registered buffers on a real kernel, with files that bypass the page cache. */
@NeedsUring
class RegisteredBuffersTest {

    private static final int BLOCK = 4096;
    private static final Duration LONG = Duration.ofSeconds(30);

    @RegisterExtension
    final TestUring ring = TestUring.with(builder -> builder.rings(2));

    @TempDir
    Path directory;

    private final byte[] content = new byte[40 * BLOCK + 123];
    private Path path;

    @BeforeEach
    void write() throws Exception {
        FileStore store = Files.getFileStore(directory);
        Assumptions.assumeFalse(store.type().equals("tmpfs") || store.type().equals("overlay"),
                () -> store.type() + " may not know O_DIRECT");
        new Random(1).nextBytes(content);
        path = Files.write(directory.resolve("file"), content);
    }

    private RegisteredBuffers pool(int count) {
        KernelUnderTest.assume(RingFeature.BUFFER_TABLE);
        RegisteredBuffers pool = ring.get().files().registerBuffers(count, BLOCK).block(LONG);
        assertThat(pool.isRegistered()).isTrue();
        return pool;
    }

    private static OpenOption direct() throws ReflectiveOperationException {
        return (OpenOption) Class.forName("com.sun.nio.file.ExtendedOpenOption").getField("DIRECT").get(null);
    }

    private static ReadOptions directly() {
        return ReadOptions.defaults().withDirect(true).withChunkBytes(BLOCK).withReadAheadBytes(4 * BLOCK);
    }

    private static byte[] takeBytes(RegisteredBuffer buffer) {
        byte[] bytes = new byte[buffer.bytes().remaining()];
        buffer.bytes().get(bytes);
        buffer.release();
        return bytes;
    }

    private static byte[] joined(Flux<byte[]> pieces) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        pieces.doOnNext(all::writeBytes).blockLast(LONG);
        return all.toByteArray();
    }

    @Test
    @NeedsTrace
    void readsAndWritesByReadFixedAndWriteFixed() throws Exception {
        RegisteredBuffers pool = pool(8);
        Path copy = directory.resolve("copy");
        KernelSight sight;
        try (KernelTrace trace = KernelTrace.start()) {
            UringFile from = ring.get().files().open(path, READ, direct()).block(LONG);
            UringFile to = ring.get().files().open(copy, CREATE, WRITE, direct()).block(LONG);
            Flux.range(0, 40).flatMap(block -> from.readAt((long) block * BLOCK, BLOCK, pool)
                    .flatMap(buffer -> to.writeAt((long) block * BLOCK, buffer, pool)), 8).blockLast(LONG);
            to.close().block(LONG);
            from.close().block(LONG);
            sight = trace.stop();
        }
        assertThat(sight.submitted("READ_FIXED")).as("%s", sight).isEqualTo(40);
        assertThat(sight.submitted("WRITE_FIXED")).as("%s", sight).isEqualTo(40);
        assertThat(sight.submitted("READ") + sight.submitted("WRITE")).as("%s", sight).isZero();
        assertThat(Files.readAllBytes(copy)).isEqualTo(Arrays.copyOf(content, 40 * BLOCK));
        assertThat(pool.taken()).isZero();
        pool.close().block(LONG);
    }

    @Test
    @NeedsTrace
    void streamsAFileAndWritesAStream() throws Exception {
        RegisteredBuffers pool = pool(32);
        Path copy = directory.resolve("copy");
        KernelSight sight;
        try (KernelTrace trace = KernelTrace.start()) {
            Flux<RegisteredBuffer> source = ring.get().files().read(path, directly(), pool);
            assertThat(ring.get().files().write(copy, source, WriteOptions.defaults().withMaxInFlight(8), pool)
                    .block(LONG)).isEqualTo(content.length);
            sight = trace.stop();
        }
        assertThat(sight.submitted("READ_FIXED")).as("%s", sight).isEqualTo(41);
        assertThat(sight.submitted("WRITE_FIXED")).as("%s", sight).isEqualTo(41);
        assertThat(Files.readAllBytes(copy)).isEqualTo(content);
        assertThat(pool.taken()).isZero();
    }

    @Test
    void readsAtManyPositionsInOrder() throws Exception {
        RegisteredBuffers pool = pool(64);
        UringFile file = ring.get().files().open(path, READ, direct()).block(LONG);
        Flux<Long> positions = Flux.range(0, 40).map(i -> (long) (39 - i) * BLOCK);
        List<byte[]> blocks = file.readEach(positions, BLOCK, 16, pool).map(RegisteredBuffersTest::takeBytes)
                .collectList().block(LONG);
        for (int i = 0; i < 40; i++) {
            assertThat(blocks.get(i)).isEqualTo(Arrays.copyOfRange(content, (39 - i) * BLOCK,
                    (40 - i) * BLOCK));
        }
        file.close().block(LONG);
    }

    @Test
    void saysThatAllAreTakenAndServesAgainWhenOneIsBack() throws Exception {
        RegisteredBuffers pool = pool(2);
        UringFile file = ring.get().files().open(path, READ, direct()).block(LONG);
        RegisteredBuffer held = pool.take();
        RegisteredBuffer read = file.readAt(0, BLOCK, pool).block(LONG);
        assertThatThrownBy(() -> file.readAt(0, BLOCK, pool).block(LONG))
                .isInstanceOf(BuffersExhaustedException.class).hasMessageContaining("All 2 registered buffers");
        held.release();
        takeBytes(file.readAt(0, BLOCK, pool).block(LONG));
        read.release();
        file.close().block(LONG);
        assertThat(pool.taken()).isZero();
    }

    @Test
    void comesThroughRandomDisposalWithEveryBuffer() {
        RegisteredBuffers pool = pool(16);
        Random random = new Random(7);
        for (int round = 0; round < 300; round++) {
            Flux<RegisteredBuffer> read = ring.get().files().read(path, directly(), pool)
                    .doOnNext(RegisteredBuffer::release);
            if (random.nextBoolean()) {
                read.take(1 + random.nextInt(20)).blockLast(LONG);
            } else {
                read.subscribe().dispose();
            }
            Await.until("every buffer back", () -> pool.taken() == 0);
        }
        assertThat(joined(ring.get().files().read(path, directly(), pool).map(RegisteredBuffersTest::takeBytes)))
                .isEqualTo(content);
    }

    @Test
    void writesWhatIsCutOffAndTimedOutWithoutLosingABuffer() {
        RegisteredBuffers pool = pool(8);
        Path target = directory.resolve("target");
        for (int round = 0; round < 100; round++) {
            Flux<RegisteredBuffer> source = Flux.range(0, 1 + round % 5).map(i -> pool.take());
            Mono<Long> write = ring.get().files().write(target, source.concatWith(round % 2 == 0
                    ? Mono.never()
                    : Mono.error(new IllegalStateException("the source's own"))), WriteOptions.defaults(), pool);
            write.timeout(Duration.ofMillis(2)).onErrorResume(error -> Mono.empty()).block(LONG);
            Await.until("every buffer back", () -> pool.taken() == 0);
        }
    }

    @Test
    void servesAnotherUringAsPlainMemory() {
        RegisteredBuffers pool = pool(16);
        Uring other = Uring.builder("other").build();
        assertThat(joined(other.files().read(path, directly(), pool).map(RegisteredBuffersTest::takeBytes)))
                .isEqualTo(content);
        other.disposeLater().block(LONG);
        assertThat(pool.taken()).isZero();
    }

    @Test
    void outlivesItsUringAsLongAsABufferIsHeld() {
        Uring own = Uring.builder("own").build();
        RegisteredBuffers pool = own.files().registerBuffers(2, BLOCK).block(LONG);
        RegisteredBuffer held = pool.take();
        held.bytes().put(0, (byte) 3);
        own.disposeLater().block(LONG);
        assertThatThrownBy(pool::take).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
        assertThat(held.bytes().get(0)).isEqualTo((byte) 3);
        held.release();
        pool.close().block(LONG);
    }

    @Test
    void isOpenForWhoCancelsOnceHeHasIt() {
        RegisteredBuffers pool = ring.get().files().registerBuffers(1, BLOCK).flux().take(1).blockLast(LONG);
        pool.take().release();
        pool.close().block(LONG);
    }

    @Test
    void registersAsOftenAsItUnregisters() {
        for (int round = 0; round < 200; round++) {
            RegisteredBuffers pool = pool(4);
            takeBytes(ring.get().files().read(path, directly(), pool).blockFirst(LONG));
            Await.until("every buffer back", () -> pool.taken() == 0);
            pool.close().block(LONG);
        }
    }

    @Test
    void aKernelWithoutATableOfBuffersIsServedByReads() {
        Uring old = KernelUnderTest.build(Uring.builder("old"), "5.18");
        try {
            RegisteredBuffers pool = old.files().registerBuffers(16, BLOCK).block(LONG);
            assertThat(pool.isRegistered()).isFalse();
            assertThat(joined(old.files().read(path, directly(), pool).map(RegisteredBuffersTest::takeBytes)))
                    .isEqualTo(content);
            pool.close().block(LONG);
        } finally {
            old.disposeLater().block(LONG);
        }
    }

    @Test
    void aShortMemlockLimitIsNamedAsTheCause() throws Exception {
        boolean root = System.getProperty("user.name").equals("root");
        ChildJvm child = root
                ? new ChildJvm().under("setpriv", "--bounding-set", "-ipc_lock", "--inh-caps", "-ipc_lock")
                : new ChildJvm();
        int bytes = 2 << 20;
        assertThat(child.under("prlimit", "--memlock=" + bytes + ":" + bytes).run(LockedMemoryMain.class))
                .contains("UringException", "ENOMEM", "2048 buffers of 4096 bytes", "ulimit -l", "and then 16");
    }

    @Test
    void refusesWhatNeverCanBe() {
        UringFiles files = ring.get().files();
        assertThatIllegalArgumentException().isThrownBy(() -> files.registerBuffers(0, BLOCK));
        assertThatIllegalArgumentException().isThrownBy(() -> files.registerBuffers(1, 1000))
                .withMessageContaining("multiple of 4096");
        assertThatIllegalArgumentException().isThrownBy(() -> files.registerBuffers(1 << 20, BLOCK))
                .withMessageContaining("1 GiB");
        RegisteredBuffers pool = pool(1);
        assertThatIllegalArgumentException().isThrownBy(() -> files.read(path, ReadOptions.defaults(), pool))
                .withMessageContaining("of 4096 bytes").withMessageContaining("65536");
    }

    @Test
    void streamsDirectlyIntoEveryKindOfBufferFromEveryPosition() {
        for (BufferFactory<ByteBuffer> buffers : List.of(BufferFactory.heap(), BufferFactory.aligned(BLOCK))) {
            for (int round = 0; round < 50; round++) {
                int from = ThreadLocalRandom.current().nextInt(42) * BLOCK;
                int length = ThreadLocalRandom.current().nextInt(content.length);
                byte[] expected = from >= content.length
                        ? new byte[0]
                        : Arrays.copyOfRange(content, from, Math.min(content.length, from + length));
                assertThat(joined(ring.get().files().read(path, directly().from(from).limit(length), buffers)
                        .map(ByteBuffer::array))).as("%s bytes from %s", length, from).isEqualTo(expected);
            }
        }
        assertThatThrownBy(() -> ring.get().files().read(path, directly().from(1)).blockLast(LONG))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("position 1");
    }
}
