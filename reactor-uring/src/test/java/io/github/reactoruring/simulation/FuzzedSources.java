package io.github.reactoruring.simulation;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Random;

import org.reactivestreams.Publisher;

import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.file.ReplaceOptions;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.file.UringFileSystem;
import io.github.reactoruring.file.UringFiles;
import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.internal.facet.RingFileSystem;
import io.github.reactoruring.internal.facet.RingFiles;
import io.github.reactoruring.internal.facet.RingRaw;
import io.github.reactoruring.internal.facet.RingTimers;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.raw.Cancel;
import io.github.reactoruring.raw.Chain;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.buffers.TrackedBuffers;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Makes all sources that need no thread but the ring's. */
final class FuzzedSources {

    private static final Path PATH = Path.of("/no/such/file");
    private static final Duration TIME = Duration.ofMillis(1);
    private static final int CHUNK = 64;
    static final int KINDS = 44;

    private final RingRaw raw;
    private final RingTimers timers;
    private final UringFiles files;
    private final UringFileSystem fileSystem;
    private final TrackedBuffers buffers;
    private long chosen;

    FuzzedSources(EventLoop loop, TrackedBuffers buffers) {
        this.buffers = buffers;
        raw = new RingRaw(loop);
        timers = new RingTimers(loop);
        files = new RingFiles(() -> loop, () -> List.of(loop));
        fileSystem = new RingFileSystem(() -> loop, loop.ring());
    }

    Publisher<?> make(int kind, Random random) {
        if (kind < 12) {
            return ofRaw(kind, random);
        }
        return kind < 30 ? ofFile(kind, random) : ofPath(kind, random);
    }

    private Publisher<?> ofRaw(int kind, Random random) {
        return switch (kind) {
            case 0 -> raw.nop();
            case 1 -> raw.poll(1, 1);
            case 2 -> raw.pollMultishot(1, 1);
            case 3 -> raw.submit(Operation.of(Opcode.ACCEPT).fd(1).fileIndex(random.nextInt(3) - 1)
                    .withDeadline(TIME));
            case 4 -> raw.stream(Operation.of(Opcode.ACCEPT).fd(1).ioprio(IoUringAbi.IORING_ACCEPT_MULTISHOT));
            case 5 -> raw.submit(Operation.of(Opcode.SEND_ZC).fd(1).userData(chosen++ % 16));
            case 6 -> raw.stream(Operation.of(Opcode.RECV).fd(1).userData(chosen++ % 16));
            case 7 -> raw.submit(Chain.of(Operation.of(Opcode.NOP)).then(Operation.of(Opcode.ACCEPT).fd(1))
                    .thenAlways(Operation.of(Opcode.NOP)));
            case 8 -> raw.cancel(random.nextBoolean() ? Cancel.any() : Cancel.userData(random.nextInt(16)));
            case 9 -> random.nextBoolean() ? raw.pollUpdate(1, 1, true) : raw.timeoutUpdate(1, TIME);
            case 10 -> timers.after(TIME);
            default -> timers.interval(TIME);
        };
    }

    private Publisher<?> ofFile(int kind, Random random) {
        Mono<UringFile> file = random.nextInt(4) == 0
                ? files.openDirect(PATH)
                : files.open(PATH, StandardOpenOption.READ, StandardOpenOption.WRITE);
        ByteBuffer data = ByteBuffer.allocate(CHUNK);
        return switch (kind) {
            case 12, 13 ->
                file.flatMap(open -> open.readAt(0, CHUNK, buffers).doOnNext(TrackedBuffers.Buffer::release));
            case 14 -> file.flatMapMany(open -> open.stream(buffers).doOnNext(TrackedBuffers.Buffer::release));
            case 15 -> file.flatMapMany(open -> open.readEach(Flux.just(0L, 64L, 128L), CHUNK, 2, buffers)
                    .doOnNext(TrackedBuffers.Buffer::release));
            case 16 -> file.flatMapMany(open -> open.content(options(random), buffers)
                    .doOnNext(TrackedBuffers.Buffer::release));
            case 17 -> file.flatMap(open -> open.withDeadline(TIME).write(data));
            case 18 -> file.flatMap(open -> open.writeAt(0, List.of(data, data)));
            case 19 -> file.flatMap(UringFile::fsync);
            case 20 -> file.flatMap(open -> open.allocate(0, 10));
            case 21 -> file.flatMap(open -> open.truncate(10));
            case 22 -> file.flatMap(open -> open.getAttribute("user.x"));
            case 23 -> file.flatMap(open -> open.setAttribute("user.x", new byte[1]));
            case 24 -> file.flatMap(UringFile::size);
            case 25 -> file.flatMap(UringFile::close);
            case 26 -> files.pipe().flatMap(pipe -> pipe.source().transferTo(pipe.sink(), 1000));
            case 27 -> files.pipe().flatMapMany(pipe -> pipe.source().stream(buffers)
                    .doOnNext(TrackedBuffers.Buffer::release));
            case 28 -> files.copy(PATH, PATH, WriteOptions.defaults());
            default -> files.registerBuffers(1, 4096);
        };
    }

    private static ReadOptions options(Random random) {
        return ReadOptions.defaults().withChunkBytes(1 + random.nextInt(CHUNK)).withReadAheadBytes(3 * CHUNK);
    }

    private Publisher<?> ofPath(int kind, Random random) {
        Flux<ByteBuffer> source = Flux.range(0, 3).map(i -> ByteBuffer.allocateDirect(CHUNK));
        return switch (kind) {
            case 30, 31 -> files.read(PATH, options(random), buffers).doOnNext(TrackedBuffers.Buffer::release);
            case 32 -> files.text(PATH, StandardCharsets.UTF_8);
            case 33 -> files.lines(PATH);
            case 34 -> files.write(PATH, source, WriteOptions.defaults().withCreation(WriteOptions.Creation.NEW)
                    .withSync(WriteOptions.Sync.ALL).withPartial(WriteOptions.Partial.DELETE));
            case 35 -> files.write(PATH, Flux.never(), WriteOptions.defaults());
            case 36 -> files.replace(PATH, source, ReplaceOptions.defaults(), BufferReader.byteBuffers());
            case 37 -> fileSystem.stat(PATH);
            case 38 -> fileSystem.exists(PATH);
            case 39 -> random.nextBoolean()
                    ? fileSystem.createDirectory(PATH)
                    : fileSystem.createDirectories(PATH);
            case 40 -> random.nextBoolean() ? fileSystem.delete(PATH) : fileSystem.deleteIfExists(PATH);
            case 41 -> random.nextBoolean() ? fileSystem.rename(PATH, PATH) : fileSystem.link(PATH, PATH);
            case 42 -> random.nextBoolean()
                    ? fileSystem.getAttribute(PATH, "user.x")
                    : fileSystem.setAttribute(PATH, "user.x", new byte[3]);
            default -> fileSystem.symbolicLink(PATH, PATH);
        };
    }
}
