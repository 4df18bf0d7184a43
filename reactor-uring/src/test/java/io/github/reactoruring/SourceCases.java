package io.github.reactoruring;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

import org.reactivestreams.Publisher;

import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.file.TailOptions;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.file.UringPipe;
import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.raw.Chain;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.kernel.Fifo;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.RawPipe;
import reactor.core.publisher.Flux;

/** Lists the public sources, each in a state that goes on until it is cancelled, or in one that ends by itself. */
final class SourceCases {

    private static final int POLLIN = 1;
    private static final int POLLOUT = 4;
    private static final int PIPE_BYTES = 65_536;
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Flux<ByteBuffer> BYTES = Flux.just(ByteBuffer.allocate(16), ByteBuffer.allocate(16));

    /** Those of {@link #ending} that complete without a value. */
    private static final Set<String> EMPTY = Set.of("raw.nop", "file.fsync");

    /** A kernel that has no multishot timer refuses it, and is given another. */
    private static final int INTERVAL_SUBMISSIONS = KernelUnderTest.isSince(6, 4) ? 1 : 2;

    private SourceCases() {
    }

    /**
     * A source.
     *
     * @param opcode its first SQE's
     * @param submissions how many SQEs it takes until it waits
     */
    record Case(String name, String opcode, int submissions, Function<World, Publisher<?>> source) {

        Case(String name, String opcode, Function<World, Publisher<?>> source) {
            this(name, opcode, 1, source);
        }

        Publisher<?> make(World world) {
            return source.apply(world);
        }

        /** Returns how many SQEs of its opcode a subscriber may cause: a replacement opens the directory, then the file. */
        int mostOfOpcode() {
            return name.equals("files.replace") ? 2 : 1;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** Makes sources that do not end. */
    static Stream<Case> pending() {
        return Stream.of(
                new Case("raw.poll", "POLL_ADD", world -> world.uring.raw().poll(world.raw.source(), POLLIN)),
                new Case("raw.pollMultishot", "POLL_ADD",
                        world -> world.uring.raw().pollMultishot(world.raw.source(), POLLIN)),
                new Case("raw.submit", "READ", world -> world.uring.raw().submit(Operation.of(Opcode.READ)
                        .fd(world.raw.source()).buffer(Arena.ofAuto().allocate(16)))),
                new Case("raw.stream", "POLL_ADD", world -> world.uring.raw().stream(Operation.of(Opcode.POLL_ADD)
                        .fd(world.raw.source()).length(1).operationFlags(POLLIN))),
                new Case("timers.after", "TIMEOUT", world -> world.uring.timers().after(HOUR)),
                new Case("timers.interval", "TIMEOUT", INTERVAL_SUBMISSIONS,
                        world -> world.uring.timers().interval(HOUR)),
                new Case("files.read", "OPENAT", 2, world -> world.uring.files().read(world.fifo)),
                new Case("files.open", "OPENAT", world -> world.uring.files().open(world.lonelyFifo,
                        StandardOpenOption.WRITE, StandardOpenOption.CREATE)),
                new Case("file.read", "READ", world -> world.pipe.source().read(16)),
                new Case("file.write", "WRITE", world -> world.pipe.sink().write(ByteBuffer.allocate(1))),
                new Case("file.write of several", "WRITEV",
                        world -> world.pipe.sink().write(List.of(ByteBuffer.allocate(1), ByteBuffer.allocate(1)))),
                new Case("file.transferTo", "SPLICE", world -> world.pipe.source().transferTo(world.file, 10)),
                new Case("files.write", "OPENAT", world -> world.uring.files().write(world.lonelyFifo, BYTES)));
    }

    /** Makes sources that end at once. */
    static Stream<Case> ending() {
        return Stream.of(
                new Case("raw.nop", "NOP", world -> world.uring.raw().nop()),
                new Case("raw.poll of what is ready", "POLL_ADD",
                        world -> world.uring.raw().poll(world.raw.sink(), POLLOUT)),
                new Case("raw.submit of a NOP", "NOP", world -> world.uring.raw().submit(Operation.of(Opcode.NOP))),
                new Case("raw.stream of a single shot", "POLL_ADD", world -> world.uring.raw()
                        .stream(Operation.of(Opcode.POLL_ADD).fd(world.raw.sink()).operationFlags(POLLOUT))),
                new Case("timers.after a millisecond", "TIMEOUT",
                        world -> world.uring.timers().after(Duration.ofMillis(1))),
                new Case("files.read of a file", "OPENAT", world -> world.uring.files().read(world.path)),
                new Case("files.open of a file", "OPENAT", world -> world.uring.files().open(world.path)),
                new Case("files.pipe", "NOP", world -> world.uring.files().pipe()),
                new Case("file.readAt", "READ", world -> world.file.readAt(0, 16)),
                new Case("file.writeAt", "WRITE", world -> world.file.writeAt(0, ByteBuffer.allocate(16))),
                new Case("file.fsync", "FSYNC", world -> world.file.fsync()),
                new Case("file.size", "STATX", world -> world.file.size()),
                new Case("files.write of a file", "OPENAT", world -> world.uring.files().write(world.path, BYTES)),
                new Case("files.replace", "OPENAT", world -> world.uring.files().replace(world.lines, BYTES)));
    }

    /** Makes sources that emit something by themselves, one that goes on or the only one. */
    static Stream<Case> emitting() {
        Stream<Case> goingOn = Stream.of(
                new Case("timers.interval of a millisecond", "TIMEOUT",
                        world -> world.uring.timers().interval(Duration.ofMillis(1))),
                new Case("raw.pollMultishot of what is ready", "POLL_ADD",
                        world -> world.uring.raw().pollMultishot(world.raw.sink(), POLLOUT)),
                new Case("fileSystem.watch", "READ", world -> world.uring.fileSystem().watch(world.directory)),
                new Case("files.tail", "READ", world -> world.uring.files().tail(world.path)),
                new Case("files.tailLines", "READ",
                        world -> world.uring.files().tailLines(world.lines, TailOptions.fromStart())),
                new Case("files.read by the byte", "OPENAT", world -> world.uring.files().read(world.path,
                        ReadOptions.defaults().withChunkBytes(1).withReadAheadBytes(50))),
                new Case("files.lines", "OPENAT", world -> world.uring.files().lines(world.lines)),
                new Case("file.stream of a pipe", "READ_MULTISHOT", world -> world.filledPipe().stream()),
                new Case("fileSystem.list", "", world -> world.uring.fileSystem().list(world.directory)),
                new Case("fileSystem.walk", "", world -> world.uring.fileSystem().walk(world.directory)),
                new Case("fileSystem.stat", "STATX", world -> world.uring.fileSystem().stat(world.path)),
                new Case("raw.chain", "NOP", world -> world.uring.raw()
                        .submit(Chain.of(Operation.of(Opcode.NOP)).then(Operation.of(Opcode.NOP)))),
                new Case("files.openDirect", "OPENAT", world -> world.uring.files().openDirect(world.path)),
                new Case("files.copy", "OPENAT", world -> world.uring.files().copy(world.path,
                        world.directory.resolve("copy"), WriteOptions.defaults())));
        return Stream.concat(goingOn.filter(SourceCases::isShown),
                ending().filter(source -> !EMPTY.contains(source.name())));
    }

    private static boolean isShown(Case source) {
        return !source.name().equals("files.openDirect") || KernelUnderTest.has(RingFeature.DIRECT_DESCRIPTORS);
    }

    static Stream<Case> all() {
        return Stream.concat(pending(), ending());
    }

    /** What the sources work on. */
    static final class World implements AutoCloseable {

        final Uring uring;
        final Path directory;
        final Path path;
        final Path lines;
        /** Empty, and open to write. */
        final Path fifo;
        /** Nobody has it open: to open it for writing waits for a reader. */
        final Path lonelyFifo;
        /** Empty. */
        final RawPipe raw = new RawPipe();
        /** Its source is empty, its sink full: two pipes, in truth. */
        final UringPipe pipe;
        final UringFile file;

        World(Uring uring, Path directory) throws IOException, InterruptedException {
            this.uring = uring;
            this.directory = directory;
            path = Files.write(directory.resolve("file"), new byte[100]);
            lines = Files.writeString(directory.resolve("lines"), "one\ntwo\nthree");
            fifo = Fifo.make(directory.resolve("fifo"));
            lonelyFifo = Fifo.make(directory.resolve("lonely"));
            uring.files().open(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE).block();
            UringFile emptySource = uring.files().pipe().block().source();
            UringFile fullSink = uring.files().pipe().block().sink();
            fullSink.write(ByteBuffer.allocate(PIPE_BYTES)).block();
            pipe = new UringPipe(emptySource, fullSink);
            file = uring.files().open(path, StandardOpenOption.READ, StandardOpenOption.WRITE).block();
        }

        /** Makes a pipe with something to read, whose other end stays open; returns the end to read from. */
        UringFile filledPipe() {
            UringPipe filled = uring.files().pipe().block();
            filled.sink().write(ByteBuffer.allocate(16)).block();
            return filled.source();
        }

        @Override
        public void close() {
            raw.close();
        }
    }
}
