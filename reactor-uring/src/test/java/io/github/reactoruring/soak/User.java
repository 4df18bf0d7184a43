package io.github.reactoruring.soak;

import java.util.List;
import java.util.Random;

/** Does one act after another, drawn from a seed, but for when all are to pause. */
final class User {

    private final SoakWorld world;
    private final Stage stage;
    private final Random random;
    private final String name;
    private final List<Act> acts = Acts.all();

    User(SoakWorld world, Stage stage, long seed, int number) {
        this.world = world;
        this.stage = stage;
        random = new Random(seed * 1_000_003 + number);
        name = "user" + number;
    }

    /** Runs on a thread of its own, until the stage is closed. */
    void run() {
        for (int number = 0; stage.enter(); number++) {
            try {
                Act act = acts.get(random.nextInt(acts.size()));
                play(act, new Scene(world, world.uring, new Random(random.nextLong()), false,
                        name + "/" + number + " " + act.name()));
            } finally {
                stage.leave();
            }
        }
    }

    /** Plays it; what it throws, no source may have. */
    static void play(Act act, Scene scene) {
        try {
            act.body().play(scene);
            scene.world.ledger.count("act: " + act.name());
        } catch (Throwable t) {
            if (!scene.closing) {
                scene.violated(Thrown.told("threw ", t));
            }
        } finally {
            scene.clear();
        }
    }
}
