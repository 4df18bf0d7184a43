package io.github.reactoruring.file;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.publisher.Flux;

/** Reads and writes by single requests of many MiB, which go piece by piece: what comes of it is what went in. */
@NeedsUring
class LargeTransferTest {

    private static final int SIZE = (9 << 20) + 123;
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    private final byte[] content = new byte[SIZE];

    LargeTransferTest() {
        new Random(1).nextBytes(content);
    }

    private UringFile open(Path path, OpenOption... options) {
        return Objects.requireNonNull(ring.get().files().open(path, options).block(MINUTE));
    }

    @Test
    void oneReadGivesAllThereIs() throws Exception {
        UringFile file = open(Files.write(directory.resolve("file"), content), READ);
        List<byte[]> read = Flux.merge(file.readAt(0, SIZE), file.readAt(0, SIZE + 1), file.readAt(0, 2 * SIZE))
                .map(ByteBuffer::array).collectList().block(MINUTE);
        ByteBuffer behind = file.readAt(1 << 20, SIZE).block(MINUTE);
        ByteBuffer none = file.readAt(SIZE, SIZE).block(MINUTE);
        file.close().block(MINUTE);

        assertThat(read).hasSize(3).allMatch(each -> Arrays.equals(each, content));
        assertThat(behind).isEqualTo(ByteBuffer.wrap(content, 1 << 20, SIZE - (1 << 20)));
        assertThat(none).isNull();
    }

    @Test
    void readsAtTheCurrentPositionDoNotMixTheirPieces() throws Exception {
        UringFile file = open(Files.write(directory.resolve("file"), content), READ);
        int third = SIZE / 3;
        List<ByteBuffer> read = Flux.merge(file.read(third), file.read(third), file.read(third)).collectList()
                .block(MINUTE);
        file.close().block(MINUTE);

        List<ByteBuffer> expected = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            expected.add(ByteBuffer.wrap(content, i * third, third));
        }
        assertThat(read).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void oneWriteOfTheHeapOrOfADirectBufferIsWhole() throws Exception {
        Path path = directory.resolve("file");
        UringFile file = open(path, CREATE, WRITE);
        ByteBuffer direct = ByteBuffer.allocateDirect(SIZE).put(content).flip();
        List<Long> written = Flux.merge(file.writeAt(0, ByteBuffer.wrap(content)), file.writeAt(SIZE, direct),
                file.writeAt(2L * SIZE, List.of(ByteBuffer.wrap(content, 0, 7), ByteBuffer.wrap(content, 7, SIZE - 7))))
                .collectList().block(MINUTE);
        file.close().block(MINUTE);

        assertThat(written).containsExactly((long) SIZE, (long) SIZE, (long) SIZE);
        byte[] all = Files.readAllBytes(path);
        for (int i = 0; i < 3; i++) {
            assertThat(Arrays.equals(all, i * SIZE, (i + 1) * SIZE, content, 0, SIZE)).as("part " + i).isTrue();
        }
    }

    @Test
    void appendsAreWholeAndInOrder() throws Exception {
        Path path = directory.resolve("log");
        UringFile file = open(path, CREATE, WRITE, APPEND);
        int[] sizes = {3 << 20, 10, 2 << 20, 700_000, 11};
        Flux.range(0, sizes.length).flatMap(i -> {
            byte[] record = new byte[sizes[i]];
            Arrays.fill(record, (byte) (i + 1));
            return file.write(ByteBuffer.wrap(record));
        }, sizes.length).blockLast(MINUTE);
        file.close().block(MINUTE);

        byte[] log = Files.readAllBytes(path);
        int runs = 1;
        for (int i = 1; i < log.length; i++) {
            runs += log[i] == log[i - 1] ? 0 : 1;
        }
        assertThat(log).hasSize(Arrays.stream(sizes).sum());
        assertThat(runs).as("each record in one piece").isEqualTo(sizes.length);
    }

    @Test
    void largeChunksOfAFileAndPastThePageCacheToo() throws Exception {
        Path path = Files.write(directory.resolve("file"), content);
        List<ByteBuffer> chunks = ring.get().files().read(path, ReadOptions.defaults().withChunkBytes(2 << 20)
                .withReadAheadBytes(4 << 20)).collectList().block(MINUTE);
        assertThat(joined(Objects.requireNonNull(chunks))).isEqualTo(content);

        UringFile file = open(path, READ, DirectIoTest.direct());
        ByteBuffer all = file.readAt(0, 10 << 20, BufferFactory.aligned(4096)).block(MINUTE);
        file.close().block(MINUTE);
        assertThat(all).isEqualTo(ByteBuffer.wrap(content));
    }

    private static byte[] joined(List<ByteBuffer> chunks) {
        ByteBuffer all = ByteBuffer.allocate(chunks.stream().mapToInt(ByteBuffer::remaining).sum());
        chunks.forEach(all::put);
        return all.array();
    }
}
