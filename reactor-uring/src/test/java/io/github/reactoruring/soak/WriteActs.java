package io.github.reactoruring.soak;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.file.ReplaceOptions;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.testing.buffers.ChunkSource;
import io.github.reactoruring.testing.buffers.TrackedReader;
import reactor.core.publisher.Mono;

/** Writes files in every way, and looks at what is there afterwards. */
final class WriteActs {

    private static final List<Act> ALL = List.of(new Act("write", WriteActs::write),
            new Act("write at", WriteActs::writeAt),
            new Act("replace", WriteActs::replace), new Act("replace versions", WriteActs::versions),
            new Act("copy", WriteActs::copy), new Act("throwing readers", WriteActs::throwing));

    private WriteActs() {
    }

    static List<Act> all() {
        return ALL;
    }

    /** Makes a source of a pattern, which fails in one of four cases, with an IllegalStateException. */
    private static ChunkSource source(Scene scene, int length) {
        long failAfter = scene.random.nextInt(4) == 0 ? scene.random.nextInt(10) : Long.MAX_VALUE;
        return new ChunkSource(scene.world.reader, SoakWorld.pattern(0, length), length,
                1 + scene.random.nextInt(20_000),
                failAfter, new java.util.Random(scene.random.nextLong()), Runnable::run);
    }

    private static void write(Scene scene) throws IOException {
        Path path = scene.directory().resolve("written");
        int length = scene.random.nextInt(150_000);
        Witness<Long> witness = scene.draw(scene.files().write(path, source(scene, length),
                WriteOptions.defaults().withMaxInFlight(1 + scene.random.nextInt(16)), scene.world.reader), bytes -> {
                }).awaitEnd();
        scene.tolerate(witness, IllegalStateException.class);
        if (witness.isCompleted()) {
            scene.check(Arrays.equals(Files.readAllBytes(path), SoakWorld.pattern(0, length)),
                    "wrong content " + witness);
        }
    }

    private static void writeAt(Scene scene) throws IOException {
        Path path = scene.directory().resolve("written");
        UringFile file = scene.one(scene.files().open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
        if (file == null) {
            return;
        }
        int position = scene.random.nextInt(10_000);
        int length = 1 + scene.random.nextInt(50_000);
        Witness<Long> witness = scene.draw(file.writeAt(position, ByteBuffer.wrap(SoakWorld.pattern(position, length))),
                bytes -> {
                }).awaitEnd();
        scene.tolerate(witness);
        scene.one(file.close());
        if (witness.isCompleted()) {
            byte[] found = Files.readAllBytes(path);
            scene.check(found.length == position + length && Arrays.equals(found, position, found.length,
                    SoakWorld.pattern(position, length), 0, length), "wrong content " + witness);
        }
    }

    private static void replace(Scene scene) throws IOException {
        Path path = scene.directory().resolve("replaced");
        byte[] before = {1, 2, 3};
        Files.write(path, before);
        int length = scene.random.nextInt(60_000);
        Witness<Long> witness = scene.draw(scene.files().replace(path, source(scene, length),
                ReplaceOptions.defaults().withDurable(false), scene.world.reader), bytes -> {
                }).awaitEnd();
        scene.tolerate(witness, IllegalStateException.class);
        byte[] found = Files.readAllBytes(path);
        boolean isNew = Arrays.equals(found, SoakWorld.pattern(0, length));
        scene.check(isNew || Arrays.equals(found, before) && !witness.isCompleted(), "half replaced: " + witness);
    }

    /** Everybody replaces one file, and reads it meanwhile: whoever opened it sees one version, all of it. */
    private static void versions(Scene scene) {
        Path path = scene.world.versioned;
        byte[] next = SoakWorld.version(1 + scene.random.nextInt(100));
        Witness<Long> writer = scene.draw(scene.files().replace(path, Mono.just(ByteBuffer.wrap(next)),
                ReplaceOptions.defaults().withDurable(false), BufferReader.byteBuffers()), bytes -> {
                });
        int[] seen = new int[2];
        Witness<ByteBuffer> reading = scene.draw(scene.files().read(path, ReadOptions.defaults().withChunkBytes(3_000)),
                buffer -> {
                    while (buffer.hasRemaining()) {
                        int value = buffer.get();
                        if (seen[1]++ > 0 && seen[0] != value) {
                            throw new AssertionError("two versions in one file");
                        }
                        seen[0] = value;
                    }
                });
        scene.tolerate(writer.awaitEnd());
        scene.tolerate(reading.awaitEnd());
        scene.check(!reading.isCompleted() || seen[1] == seen[0] * 1_000, seen[1] + " bytes of version " + seen[0]);
    }

    private static void copy(Scene scene) throws IOException {
        int which = scene.random.nextInt(SoakWorld.SIZES.length);
        Path from = scene.world.slow != null && scene.random.nextInt(4) == 0
                ? scene.world.slow.path()
                : scene.world.files.get(which);
        Path to = scene.directory().resolve("copy");
        Witness<Long> witness = scene.draw(scene.files().copy(from, to, WriteOptions.defaults()), bytes -> {
        }).awaitEnd();
        scene.tolerate(witness);
        if (witness.isCompleted()) {
            int size = scene.world.slow != null && from.equals(scene.world.slow.path())
                    ? SoakWorld.SLOW_BYTES
                    : SoakWorld.SIZES[which];
            scene.check(Arrays.equals(Files.readAllBytes(to), SoakWorld.pattern(0, size)), "wrong copy " + witness);
        }
    }

    /** A reader that throws when it is to lend, or once it has given back. */
    private static void throwing(Scene scene) throws IOException {
        java.util.Random luck = new java.util.Random(scene.random.nextLong());
        TrackedReader reader = scene.world.reader;
        BufferReader<TrackedReader.Buffer> throwing = new BufferReader<>() {
            private void mayThrow() {
                synchronized (luck) {
                    if (luck.nextInt(10) != 0) {
                        return;
                    }
                }
                throw Thrown.sneaky(Thrown.draw(luck));
            }

            @Override
            public Loan lend(TrackedReader.Buffer buffer) {
                mayThrow();
                Loan loan = reader.lend(buffer);
                AtomicBoolean over = new AtomicBoolean();
                return new Loan() {
                    @Override
                    public long address() {
                        mayThrow();
                        return loan.address();
                    }

                    @Override
                    public int lengthBytes() {
                        mayThrow();
                        return loan.lengthBytes();
                    }

                    @Override
                    public void release() {
                        scene.check(over.compareAndSet(false, true), "a loan ended twice");
                        loan.release();
                        mayThrow();
                    }
                };
            }

            @Override
            public void release(TrackedReader.Buffer buffer) {
                reader.release(buffer);
                mayThrow();
            }
        };
        Witness<Long> witness = scene
                .draw(scene.files().write(scene.directory().resolve("thrown"), source(scene, 50_000),
                        WriteOptions.defaults(), throwing), bytes -> {
                        })
                .awaitEnd();
        scene.tolerate(witness, IllegalStateException.class);
    }
}
