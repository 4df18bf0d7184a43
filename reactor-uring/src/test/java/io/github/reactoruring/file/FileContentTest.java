package io.github.reactoruring.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.netty.NettyBuffers;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.buffers.NettyLeaks;
import io.github.reactoruring.testing.kernel.Fifo;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.MountedTmpfs;
import io.netty.buffer.PoolArenaMetric;
import io.netty.buffer.PooledByteBufAllocator;
import reactor.core.publisher.Flux;

/** Reads files and compares them with what is in them. */
@NeedsUring
@ExtendWith(NettyLeaks.class)
class FileContentTest {

    private static final int CHUNK = 4096;

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    private final PooledByteBufAllocator allocator = new PooledByteBufAllocator(true);

    private Path random(int size) throws IOException {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        return Files.write(directory.resolve("file"), content);
    }

    private List<ByteBuffer> read(Path path, ReadOptions options) {
        return ring.get().files().read(path, options).collectList().block();
    }

    private static byte[] join(List<ByteBuffer> buffers) {
        ByteBuffer all = ByteBuffer.allocate(buffers.stream().mapToInt(ByteBuffer::remaining).sum());
        buffers.forEach(buffer -> all.put(buffer.duplicate()));
        return all.array();
    }

    private static ReadOptions chunks(int bytes) {
        return ReadOptions.defaults().withChunkBytes(bytes);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * 1024 * 1024 + 7})
    void readsWhatIsInTheFileInChunksThatAreFullButForTheLast(int size) throws IOException {
        Path file = random(size);

        List<ByteBuffer> buffers = read(file, chunks(CHUNK));

        assertThat(join(buffers)).isEqualTo(Files.readAllBytes(file));
        assertThat(buffers).hasSize((size + CHUNK - 1) / CHUNK).allMatch(ByteBuffer::hasRemaining);
        assertThat(buffers.stream().limit(Math.max(0, buffers.size() - 1)))
                .allMatch(buffer -> buffer.remaining() == CHUNK);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100_000, 5_000_000})
    void readsWhatIsInTheFileWithTheDefaults(int size) throws IOException {
        Path file = random(size);

        assertThat(join(ring.get().files().read(file).collectList().block())).isEqualTo(Files.readAllBytes(file));
    }

    /** cmp(1) reads the file itself, and from a FIFO what the ring read of it. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 40_000_000})
    void readsWhatCmpSeesThere(long size) throws Exception {
        Path file = random((int) size);
        Path fifo = Fifo.make(directory.resolve("fifo"));
        Process cmp = new ProcessBuilder("cmp", fifo.toString(), file.toString()).redirectErrorStream(true).start();

        ring.get().files().write(fifo, ring.get().files().read(file, chunks(CHUNK), new NettyBuffers(allocator)),
                WriteOptions.defaults(), new NettyBuffers(allocator)).block(Duration.ofSeconds(60));

        assertThat(new String(cmp.getInputStream().readAllBytes())).isEmpty();
        assertThat(cmp.waitFor()).isZero();
        assertThat(allocator.metric().directArenas().stream().mapToLong(PoolArenaMetric::numActiveAllocations).sum())
                .as("buffers left").isZero();
    }

    @Test
    void readsASparseFileOfFiveGibibytes() throws Exception {
        long size = (5L << 30) + 12_345;
        TreeMap<Long, Byte> marks = new TreeMap<>();
        for (long position : new long[]{0, 1L << 30, (4L << 30) - 1, 4L << 30, size - 1}) {
            marks.put(position, (byte) (1 + position % 100));
        }
        // Of a tmpfs a hole is read without taking memory.
        try (MountedTmpfs small = MountedTmpfs.mount(directory.resolve("small"), 1024)) {
            readSparse(small.directory().resolve("sparse"), size, marks);
        }
    }

    private void readSparse(Path file, long size, TreeMap<Long, Byte> marks) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.SPARSE,
                StandardOpenOption.WRITE)) {
            for (Map.Entry<Long, Byte> mark : marks.entrySet()) {
                channel.write(ByteBuffer.wrap(new byte[]{mark.getValue()}), mark.getKey());
            }
        }
        int chunk = 1 << 20;
        ByteBuffer zeros = ByteBuffer.allocateDirect(chunk);
        AtomicLong position = new AtomicLong();
        ring.get().files().read(file, chunks(chunk).withReadAheadBytes(4 * chunk), new NettyBuffers(allocator))
                .doOnNext(read -> {
                    long from = position.getAndAdd(read.readableBytes());
                    for (Map.Entry<Long, Byte> mark : marks.subMap(from, position.get()).entrySet()) {
                        int index = (int) (mark.getKey() - from);
                        assertThat(read.getByte(index)).as("at %s", mark.getKey()).isEqualTo(mark.getValue());
                        read.setByte(index, 0);
                    }
                    ByteBuffer bytes = read.nioBuffer();
                    assertThat(bytes.mismatch(zeros.slice(0, bytes.remaining()))).as("zeros").isEqualTo(-1);
                    read.release();
                }).then().block(Duration.ofSeconds(60));

        assertThat(position.get()).isEqualTo(size);
    }

    @ParameterizedTest
    @CsvSource({"1,0", "7,0", "7,1000", "4096,4096", "100000,1"})
    void readsTheSameWhateverTheChunksAndTheReadAhead(int chunkBytes, int readAheadBytes) throws IOException {
        Path file = random(20_000);

        assertThat(join(read(file, chunks(chunkBytes).withReadAheadBytes(readAheadBytes))))
                .isEqualTo(Files.readAllBytes(file));
    }

    @ParameterizedTest
    @CsvSource({"0,10", "1,10", "4095,2", "5000,5000", "9990,100", "10000,1", "20000,1", "0,0", "100,0",
            "9223372036854775807,9223372036854775807"})
    void readsFromAPositionUpToALimit(long position, long length) throws IOException {
        Path file = random(10_000);
        int from = (int) Math.min(position, 10_000);
        int to = (int) (from + Math.min(length, 10_000 - from));

        assertThat(join(read(file, chunks(CHUNK).from(position).limit(length))))
                .isEqualTo(Arrays.copyOfRange(Files.readAllBytes(file), from, to));
    }

    @Test
    void readsTheHolesOfASparseFileAsZeros() throws IOException {
        Path file = directory.resolve("sparse");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.SPARSE,
                StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[]{1}), 1_000_000);
            channel.write(ByteBuffer.wrap(new byte[]{2}), 3_000_000);
        }

        byte[] content = join(read(file, chunks(64 * 1024)));

        assertThat(content).isEqualTo(Files.readAllBytes(file)).hasSize(3_000_001);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/proc/version", "/proc/filesystems", "/proc/devices", "/proc/self/environ"})
    void readsFilesOfProcWhoseSizeIsNotKnown(String path) throws IOException {
        Path file = Path.of(path);
        assertThat(Files.size(file)).isZero();

        assertThat(join(read(file, chunks(64)))).isEqualTo(Files.readAllBytes(file)).isNotEmpty();
    }

    @Test
    void readsADeviceUntilItHasEnough() {
        List<ByteBuffer> zeros = ring.get().files().read(Path.of("/dev/zero"), chunks(1000)).take(5).collectList()
                .block();

        assertThat(zeros).hasSize(5).allMatch(buffer -> buffer.remaining() == 1000);
        assertThat(join(zeros)).containsOnly(0);
    }

    @Test
    void readsADeviceUpToALimit() {
        assertThat(join(read(Path.of("/dev/zero"), chunks(1000).limit(2500)))).hasSize(2500);
        assertThat(read(Path.of("/dev/null"), chunks(1000))).isEmpty();
    }

    @Test
    void endsEarlyWhenTheFileIsTruncatedMeanwhile() throws IOException {
        Path file = random(100 * CHUNK);
        Probe<ByteBuffer> probe = Probe.idle();
        ring.get().files().read(file, chunks(CHUNK)).subscribe(probe);
        probe.request(3).awaitValues(3);
        ring.awaitIdle();

        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(5 * CHUNK + 10);
        }
        probe.request(Long.MAX_VALUE).awaitEnd().assertRules();

        assertThat(probe.isCompleted()).isTrue();
        assertThat(join(probe.values())).isEqualTo(Files.readAllBytes(file));
    }

    @Test
    void endsWhenTheFileIsTruncatedBelowWhatWasRead() throws IOException {
        Path file = random(10 * CHUNK);
        Probe<ByteBuffer> probe = Probe.idle();
        ring.get().files().read(file, chunks(CHUNK)).subscribe(probe);
        probe.request(3).awaitValues(3);
        ring.awaitIdle();

        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(1);
        }

        assertThat(probe.request(Long.MAX_VALUE).awaitEnd().values()).hasSize(3);
        assertThat(probe.isCompleted()).isTrue();
    }

    @Test
    void readsForEachSubscriberAnew() throws IOException {
        Path file = random(10_000);
        Flux<ByteBuffer> source = ring.get().files().read(file, chunks(1000));

        List<byte[]> contents = Flux.range(0, 20)
                .flatMap(i -> source.collectList().map(FileContentTest::join)).collectList().block();

        byte[] expected = Files.readAllBytes(file);
        assertThat(contents).hasSize(20).allSatisfy(content -> assertThat(content).isEqualTo(expected));
    }

    @Test
    void readsNamesThatAreNotAscii() throws IOException {
        Path file = Files.writeString(directory.resolve("größe – 大きさ"), "x");

        assertThat(join(ring.get().files().read(file).collectList().block())).isEqualTo(new byte[]{'x'});
    }
}
