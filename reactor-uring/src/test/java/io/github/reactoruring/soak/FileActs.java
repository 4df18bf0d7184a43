package io.github.reactoruring.soak;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Consumer;

import io.github.reactoruring.buffer.BuffersExhaustedException;
import io.github.reactoruring.buffer.RegisteredBuffer;
import io.github.reactoruring.file.DirectoryChange;
import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.file.TailOptions;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.testing.fuse.SlowFile;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Reads files in every way. */
final class FileActs {

    private static final List<Act> ALL = List.of(new Act("read", FileActs::read),
            new Act("read pooled", FileActs::pooled),
            new Act("read slow", FileActs::slow), new Act("read at", FileActs::readAt),
            new Act("read each", FileActs::readEach), new Act("open and close", FileActs::openAndClose),
            new Act("lines", FileActs::lines), new Act("tail", FileActs::tail), new Act("watch", FileActs::watch),
            new Act("tree", FileActs::tree), new Act("throwing buffers", FileActs::throwing));

    private FileActs() {
    }

    static List<Act> all() {
        return ALL;
    }

    /** Checks bytes against the pattern, from a position on. */
    static final class Pattern {

        private long position;

        Pattern(long from) {
            position = from;
        }

        void next(byte[] bytes) {
            for (byte value : bytes) {
                if (value != SlowFile.patternAt(position)) {
                    throw new AssertionError("at " + position + ": " + value + ", not " + SlowFile.patternAt(position));
                }
                position++;
            }
        }

        void next(ByteBuffer bytes) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(bytes.position(), copy);
            next(copy);
        }

        long position() {
            return position;
        }
    }

    private static void read(Scene scene) {
        int which = scene.random.nextInt(SoakWorld.SIZES.length);
        read(scene, scene.world.files.get(which), SoakWorld.SIZES[which], 1 + scene.random.nextInt(70_000));
    }

    private static void slow(Scene scene) {
        SlowFile slow = scene.world.slow;
        if (slow != null) {
            read(scene, slow.path(), SoakWorld.SLOW_BYTES, 16_384 + scene.random.nextInt(70_000));
        }
    }

    private static void read(Scene scene, Path path, int size, int chunkBytes) {
        long from = scene.random.nextInt(size + 10);
        long most = scene.random.nextInt(4) == 0 ? scene.random.nextInt(size + 10) : Long.MAX_VALUE;
        ReadOptions options = ReadOptions.defaults().withChunkBytes(chunkBytes)
                .withReadAheadBytes(scene.random.nextInt(200_000)).from(from).limit(most);
        Pattern pattern = new Pattern(from);
        Witness<?> witness;
        if (scene.random.nextBoolean()) {
            witness = scene.draw(scene.files().read(path, options, scene.buffers), counted(pattern));
        } else {
            witness = scene.<ByteBuffer>draw(scene.files().read(path, options), pattern::next);
        }
        scene.tolerate(witness.awaitEnd());
        long end = Math.max(from, Math.min(size, most > size ? size : from + most));
        scene.check(!witness.isCompleted() || pattern.position() == end,
                "completed at " + pattern.position() + ", not " + end + ": " + witness);
    }

    private static Consumer<CountedBuffers.Buffer> counted(Pattern pattern) {
        return buffer -> {
            try {
                pattern.next(buffer.content);
            } finally {
                buffer.release();
            }
        };
    }

    private static void pooled(Scene scene) {
        Pattern pattern = new Pattern(0);
        Witness<RegisteredBuffer> witness = scene.draw(scene.files().read(scene.world.files.get(3),
                ReadOptions.defaults().withChunkBytes(SoakWorld.POOLED_BYTES)
                        .withReadAheadBytes(SoakWorld.POOLED_BYTES * 4),
                scene.world.pool), buffer -> {
                    try {
                        pattern.next(buffer.bytes());
                    } finally {
                        buffer.release();
                    }
                }).awaitEnd();
        scene.tolerate(witness, BuffersExhaustedException.class);
    }

    private static void readAt(Scene scene) {
        int which = scene.random.nextInt(SoakWorld.SIZES.length);
        UringFile file = scene.world.open.get(which);
        for (int i = scene.random.nextInt(8); i >= 0; i--) {
            long position = scene.random.nextInt(SoakWorld.SIZES[which] + 1);
            scene.tolerate(scene.draw(file.readAt(position, 1 + scene.random.nextInt(100_000), scene.buffers),
                    counted(new Pattern(position))).awaitEnd());
        }
    }

    private static void readEach(Scene scene) {
        UringFile file = scene.world.open.get(3);
        List<Long> positions = scene.random.longs(1 + scene.random.nextInt(30), 0, 70_000).boxed().toList();
        int[] next = new int[1];
        Witness<CountedBuffers.Buffer> witness = scene.draw(file.readEach(Flux.fromIterable(positions),
                1 + scene.random.nextInt(3_000), 1 + scene.random.nextInt(8), scene.buffers),
                buffer -> counted(new Pattern(positions.get(next[0]++))).accept(buffer)).awaitEnd();
        scene.tolerate(witness);
        scene.check(!witness.isCompleted() || next[0] == positions.size(), "positions left out: " + witness);
    }

    private static void openAndClose(Scene scene) {
        Path path = scene.world.files.get(2);
        Mono<UringFile> opening = scene.random.nextBoolean() || !KernelUnderTest.has(RingFeature.DIRECT_DESCRIPTORS)
                ? scene.files().open(path)
                : scene.files().openDirect(path);
        Pattern pattern = new Pattern(100);
        // In the heap: usingWhen loses what it has when it is cancelled.
        scene.tolerate(
                scene.<ByteBuffer>draw(Mono.usingWhen(opening, file -> file.readAt(100, 2_000), UringFile::close),
                        pattern::next).awaitEnd());
        // Nobody hears of the file: the library closes it.
        scene.tolerate(
                scene.subscribe(scene.files().open(path), new Conduct(1, 0, scene.random.nextInt(300_000), 0, false,
                        Conduct.PATIENT.thrown()), file -> file.close().subscribe()).awaitEnd());
    }

    private static void lines(Scene scene) throws Exception {
        Path path = Files.write(scene.directory().resolve("lines"),
                "a line\n".repeat(scene.random.nextInt(5_000)).getBytes(
                        java.nio.charset.StandardCharsets.US_ASCII));
        scene.tolerate(scene.<String>draw(scene.files().lines(path), line -> {
            if (!line.equals("a line")) {
                throw new AssertionError(line);
            }
        }).awaitEnd());
    }

    private static void tail(Scene scene) throws Exception {
        Path path = Files.write(scene.directory().resolve("log"), SoakWorld.pattern(0, 1_000));
        Pattern pattern = new Pattern(0);
        Witness<CountedBuffers.Buffer> witness = scene.subscribe(scene.files().tail(path, TailOptions.fromStart()
                .withChunkBytes(500), scene.buffers), Conduct.leaving(scene.random, 200), counted(pattern));
        for (int i = 1; i <= 3 && !witness.isOver(); i++) {
            Files.write(path, SoakWorld.pattern(i * 1_000, 1_000), StandardOpenOption.APPEND);
        }
        watched(scene, witness.awaitEnd());
        scene.check(!witness.isCompleted(), "a tail has completed");
    }

    /** The kernel gives each user 128 instances of inotify, for all of their processes. */
    private static void watched(Scene scene, Witness<?> witness) {
        Throwable error = witness.error();
        if (error != null && String.valueOf(error.getMessage()).contains("too many inotify instances")) {
            scene.world.ledger.count("no inotify instance");
        } else if (error != null) {
            scene.tolerate(witness);
        }
    }

    private static void watch(Scene scene) throws Exception {
        Path directory = scene.directory();
        Witness<DirectoryChange> witness = scene.subscribe(scene.uring.fileSystem().watch(directory,
                DirectoryChange.Kind.CREATED, DirectoryChange.Kind.DELETED), Conduct.leaving(scene.random, 200),
                change -> {
                });
        boolean gone = false;
        if (witness.awaitValues(1).received() >= 1 && !witness.isOver()) {
            Files.createFile(directory.resolve("one"));
            witness.awaitValues(2);
            gone = scene.random.nextInt(3) == 0;
            if (gone) {
                Scene.remove(directory);
            }
        }
        watched(scene, witness.awaitEnd());
        scene.check(gone || !witness.isCompleted(), "a watch has completed whose directory is there: " + witness);
    }

    private static void tree(Scene scene) throws Exception {
        Path top = scene.directory().resolve("top");
        int[] made = {1};
        scene.one(scene.uring.fileSystem().createDirectories(top.resolve("a").resolve("b")));
        if (scene.closing) {
            return;
        }
        made[0] += 2;
        for (int i = scene.random.nextInt(20); i > 0; i--) {
            Files.createFile(top.resolve(i % 2 == 0 ? "a" : "a/b").resolve("file" + i));
            made[0]++;
        }
        scene.tolerate(scene.draw(scene.uring.fileSystem().walk(top), entry -> {
        }).awaitEnd());
        scene.tolerate(scene.draw(scene.uring.fileSystem().list(top), entry -> {
        }).awaitEnd());
        Long removed = scene.one(scene.uring.fileSystem().deleteRecursively(top));
        scene.check(removed == null || removed == made[0], removed + " removed of " + made[0]);
        scene.check(Files.notExists(top), "still there");
    }

    private static void throwing(Scene scene) {
        UringFile file = scene.world.open.get(3);
        ThrowingBuffers throwing = new ThrowingBuffers(scene.buffers, scene.random.nextLong());
        Consumer<CountedBuffers.Buffer> release = CountedBuffers.Buffer::release;
        scene.tolerate(scene.draw(file.readAt(5, 500, throwing), release).awaitEnd());
        scene.tolerate(
                scene.draw(scene.files().read(scene.world.files.get(3), ReadOptions.defaults().withChunkBytes(3_000),
                        throwing), release).awaitEnd());
        scene.tolerate(scene.draw(file.readEach(Flux.just(1L, 2L, 3L), 10, 2, throwing), release).awaitEnd());
    }
}
