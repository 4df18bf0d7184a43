package io.github.reactoruring.soak;

import static io.github.reactoruring.testing.kernel.RawOperations.POLLIN;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.file.UringPipe;
import io.github.reactoruring.testing.fuse.SlowFile;
import io.github.reactoruring.testing.kernel.RawPipe;
import reactor.core.Disposable;

/** Waits: for times, and for what does not come, until it is disposed of one by one or by the hundred. */
final class WaitingActs {

    private static final Duration LONG = Duration.ofHours(1);

    private static final List<Act> ALL = List.of(new Act("timer", WaitingActs::timer),
            new Act("interval", WaitingActs::interval), new Act("batch of disposals", WaitingActs::batch),
            new Act("hanging file", WaitingActs::hanging), new Act("hanging past a deadline", WaitingActs::deadline));

    private WaitingActs() {
    }

    static List<Act> all() {
        return ALL;
    }

    private static void timer(Scene scene) {
        scene.tolerate(
                scene.draw(scene.uring.timers().after(Duration.ofNanos(scene.random.nextInt(10_000_000))), tick -> {
                }).awaitEnd());
    }

    private static void interval(Scene scene) {
        long[] last = {-1};
        Witness<Long> witness = scene.subscribe(scene.uring.timers().interval(Duration.ofMillis(1)),
                Conduct.leaving(scene.random, 30), tick -> {
                    if (tick <= last[0]) {
                        throw new AssertionError(tick + " after " + last[0]);
                    }
                    last[0] = tick;
                });
        scene.tolerate(witness.awaitEnd());
        scene.check(!witness.isCompleted(), "an interval has completed");
    }

    private static void batch(Scene scene) {
        UringPipe pipe = scene.one(scene.files().pipe());
        if (pipe == null) {
            return;
        }
        try (RawPipe raw = new RawPipe()) {
            List<Witness<?>> waiting = new ArrayList<>();
            for (int i = scene.random.nextInt(150); i >= 0; i--) {
                waiting.add(switch (scene.random.nextInt(5)) {
                    case 0 -> scene.all(scene.uring.raw().poll(raw.source(), POLLIN), events -> {
                    });
                    case 1 -> scene.all(scene.uring.timers().after(LONG), tick -> {
                    });
                    case 2 -> scene.all(scene.uring.timers().interval(LONG), tick -> {
                    });
                    case 3 -> scene.all(scene.uring.raw().pollMultishot(raw.source(), POLLIN), events -> {
                    });
                    default -> scene.<CountedBuffers.Buffer>all(pipe.source().read(100, scene.buffers),
                            CountedBuffers.Buffer::release);
                });
            }
            Runnable disposals = () -> waiting.forEach(Witness::dispose);
            switch (scene.random.nextInt(3)) {
                case 0 -> scene.uring.batch(disposals);
                case 1 -> {
                    Disposable.Composite composite = scene.uring.composite();
                    waiting.forEach(composite::add);
                    composite.dispose();
                }
                default -> disposals.run();
            }
            waiting.forEach(each -> scene.tolerate(each.awaitEnd()));
            raw.write(1);
            scene.tolerate(scene.all(scene.uring.raw().nop(), nothing -> {
            }).awaitEnd());
        }
        scene.one(pipe.source().close());
        scene.one(pipe.sink().close());
    }

    private static void hanging(Scene scene) {
        SlowFile hanging = scene.world.hanging;
        if (hanging != null && hanging.reads().held() < 100) {
            Witness<CountedBuffers.Buffer> witness = scene.subscribe(scene.files().read(hanging.path(),
                    ReadOptions.defaults().withChunkBytes(4_096).withReadAheadBytes(8_192), scene.buffers),
                    Conduct.leaving(scene.random, 30), CountedBuffers.Buffer::release);
            scene.tolerate(witness.awaitEnd());
        }
    }

    private static void deadline(Scene scene) {
        SlowFile hanging = scene.world.hanging;
        if (hanging == null || hanging.reads().held() >= 100) {
            return;
        }
        UringFile file = scene.one(scene.files().open(hanging.path()));
        if (file == null) {
            return;
        }
        Witness<CountedBuffers.Buffer> witness = scene.all(file.withDeadline(Duration.ofMillis(5)).readAt(0, 100,
                scene.buffers), CountedBuffers.Buffer::release).awaitEnd();
        // It waits for the read, which hangs.
        file.close().subscribe();
        scene.check(witness.error() instanceof TimeoutException, "not told at its deadline: " + witness);
    }
}
