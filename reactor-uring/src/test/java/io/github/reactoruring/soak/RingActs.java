package io.github.reactoruring.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.github.reactoruring.Uring;

/** Opens a ring of its own, and closes it while it is used, among others by a cancel of everything on it. */
final class RingActs {

    private static final List<Act> PLAYED_THERE = List
            .of("read", "read slow", "write", "replace", "copy", "tail", "watch",
                    "pipe stream", "pipe reads cancelled", "poll", "poll multishot", "chain", "explicit cancel",
                    "timer", "interval",
                    "batch of disposals", "throwing callbacks", "throwing readers")
            .stream().map(Acts::named).toList();
    private static final List<Act> ALL = List.of(new Act("ring of its own", RingActs::open));

    private RingActs() {
    }

    static List<Act> all() {
        return ALL;
    }

    private static void open(Scene scene) throws InterruptedException {
        if (scene.world.others.size() >= 3) {
            return;
        }
        Uring other = Uring.builder("other").rings(1 + scene.random.nextInt(2)).submissionEntries(64)
                .completionEntries(256)
                .build();
        scene.world.others.add(other);
        try {
            List<Thread> users = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Random luck = new Random(scene.random.nextLong());
                users.add(Thread.ofPlatform().daemon().start(() -> {
                    for (int act = 0; act < 6; act++) {
                        Act next = PLAYED_THERE.get(luck.nextInt(PLAYED_THERE.size()));
                        User.play(next, scene.on(other, new Random(luck.nextLong()), next.name() + act));
                    }
                }));
            }
            Thread.sleep(scene.random.nextInt(60));
            other.disposeLater().block(Scene.BOUND);
            for (Thread user : users) {
                user.join();
            }
            scene.check(other.stats().inFlight() == 0, "in flight on a ring that is closed: " + other.stats());
            scene.check(other.stats().staleCompletions() == 0, "stale completions: " + other.stats());
        } catch (RuntimeException e) {
            scene.violated("not closed: " + e);
        } finally {
            scene.world.others.remove(other);
        }
    }
}
