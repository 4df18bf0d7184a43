package io.github.reactoruring.soak;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.file.UringPipe;

/** Moves bytes through pipes. */
final class PipeActs {

    private static final List<Act> ALL = List.of(new Act("pipe stream", PipeActs::stream),
            new Act("pipe reads cancelled", PipeActs::cancelled), new Act("splice", PipeActs::splice));

    private PipeActs() {
    }

    static List<Act> all() {
        return ALL;
    }

    private static void stream(Scene scene) {
        UringPipe pipe = scene.one(scene.files().pipe());
        if (pipe == null) {
            return;
        }
        FileActs.Pattern pattern = new FileActs.Pattern(0);
        Conduct conduct = scene.random.nextInt(3) == 0 ? Conduct.leaving(scene.random, 20) : Conduct.draw(scene.random);
        Witness<CountedBuffers.Buffer> reader = scene.subscribe(pipe.source().stream(scene.buffers), conduct,
                buffer -> {
                    try {
                        pattern.next(buffer.content);
                    } finally {
                        buffer.release();
                    }
                });
        int sent = 0;
        // No more than the pipe holds: the reader may leave.
        for (int i = scene.random.nextInt(8); i > 0 && !reader.isOver(); i--) {
            int length = 1 + scene.random.nextInt(6_000);
            if (scene.one(pipe.sink().write(ByteBuffer.wrap(SoakWorld.pattern(sent, length)))) == null) {
                break;
            }
            sent += length;
        }
        scene.one(pipe.sink().close());
        scene.tolerate(reader.awaitEnd());
        scene.check(!reader.isCompleted() || scene.closing || pattern.position() == sent,
                pattern.position() + " received of " + sent + ": " + reader);
        scene.one(pipe.source().close());
    }

    private static void cancelled(Scene scene) {
        UringPipe pipe = scene.one(scene.files().pipe());
        if (pipe == null) {
            return;
        }
        List<Witness<?>> readers = new ArrayList<>();
        for (int i = 1 + scene.random.nextInt(40); i > 0; i--) {
            readers.add(scene.subscribe(pipe.source().read(10, scene.buffers), Conduct.PATIENT,
                    CountedBuffers.Buffer::release));
        }
        if (scene.random.nextBoolean()) {
            scene.one(pipe.sink().write(ByteBuffer.allocate(5)));
        }
        for (Witness<?> reader : readers) {
            if (scene.random.nextInt(5) != 0) {
                reader.dispose();
            }
        }
        // Ends those who have stayed: with nothing, at the end of the pipe.
        scene.one(pipe.sink().close());
        readers.forEach(reader -> scene.tolerate(reader.awaitEnd()));
        scene.one(pipe.source().close());
    }

    private static void splice(Scene scene) throws Exception {
        Path path = scene.directory().resolve("spliced");
        UringFile[] opened = new UringFile[1];
        // On the pipe's thread, and so on its ring.
        UringPipe pipe = scene.one(scene.files().pipe().delayUntil(made -> scene.files().open(path,
                StandardOpenOption.CREATE, StandardOpenOption.WRITE).doOnNext(file -> opened[0] = file)));
        if (pipe == null) {
            return;
        }
        UringFile target = opened[0];
        if (target != null) {
            int length = 1 + scene.random.nextInt(20_000);
            Witness<Long> moving = scene.draw(pipe.source().transferTo(target, length), bytes -> {
            });
            scene.one(pipe.sink().write(ByteBuffer.wrap(SoakWorld.pattern(0, length))));
            scene.one(pipe.sink().close());
            scene.tolerate(moving.awaitEnd());
            if (moving.isCompleted()) {
                byte[] found = Files.readAllBytes(path);
                scene.check(Arrays.equals(found, SoakWorld.pattern(0, found.length)) && found.length > 0,
                        "wrong content " + moving);
            }
            scene.one(target.close());
        }
        scene.one(pipe.source().close());
    }
}
