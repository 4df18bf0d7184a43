package io.github.reactoruring.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Lets users play on a ring, pauses them each minute, and looks at what is in use then. Whatever is found wrong goes into
 * the accounts; the table of all measures goes to a file.
 */
final class Soak {

    /** An act may wait for several bounds. */
    private static final int PAUSE_SECONDS = 90;
    private static final int QUIET_SECONDS = 20;

    private final String name;
    private final int rings;
    private final int users;
    private final long seed;
    private final Duration time;
    private final List<Measure> measures = new ArrayList<>();
    private final List<String> titles = new ArrayList<>();

    Soak(String name, int rings, int users, long seed, Duration time) {
        this.name = name;
        this.rings = rings;
        this.users = users;
        this.seed = seed;
        this.time = time;
    }

    /** Runs it; returns what is wrong. */
    List<String> run(Path directory) throws Exception {
        Path table = Files.createDirectories(directory).resolve(name + ".txt");
        SoakWorld world = new SoakWorld(directory.resolve(name), rings, users);
        Stage stage = new Stage();
        List<Thread> threads = new ArrayList<>();
        try {
            for (int i = 0; i < users; i++) {
                User user = new User(world, stage, seed, i);
                threads.add(Thread.ofPlatform().daemon().name("soak-user-" + i).start(user::run));
            }
            // What is loaded and pooled at first is no growth.
            Duration warmUp = time.dividedBy(5).compareTo(Duration.ofSeconds(15)) < 0
                    ? time.dividedBy(5)
                    : Duration.ofSeconds(15);
            long end = System.nanoTime() + time.toNanos();
            Duration next = warmUp;
            for (int round = 0; round == 0 || System.nanoTime() - end < 0; round++) {
                long now = System.nanoTime();
                Thread.sleep(Duration.ofNanos(Math.clamp(end - now, 1, next.toNanos())));
                if (!look(world, stage, round == 0 ? "start" : "minute " + round)) {
                    break;
                }
                world.resume();
                stage.resume();
                next = Duration.ofMinutes(1);
            }
            titles.set(titles.size() - 1, "end");
        } finally {
            stage.close();
            for (Thread thread : threads) {
                thread.join(TimeUnit.SECONDS.toMillis(PAUSE_SECONDS));
            }
            Files.writeString(table, table(world));
            world.close();
        }
        return world.ledger.violations();
    }

    /** Pauses everybody, and measures; false when there is no use in going on. */
    private boolean look(SoakWorld world, Stage stage, String title) throws Exception {
        if (!stage.pause(PAUSE_SECONDS)) {
            world.ledger.violated("users still wait: " + world.ledger.open() + waiting());
            titles.add(title);
            measures.add(Measure.take(world));
            return false;
        }
        world.pause();
        Measure measure = quiet(world);
        measures.add(measure);
        titles.add(title);
        return world.ledger.violations().isEmpty();
    }

    /** Measures until all is back where it was, or for long enough. */
    private Measure quiet(SoakWorld world) throws IOException, InterruptedException {
        @Nullable
        Measure start = measures.isEmpty() ? null : measures.getFirst();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(QUIET_SECONDS);
        while (true) {
            Measure measure = Measure.take(world);
            String grown = start == null ? measure.notAtRest() : measure.grownSince(start) + measure.notAtRest();
            if (grown.isEmpty()) {
                return measure;
            }
            if (System.nanoTime() - end > 0) {
                world.ledger.violated("not back where it was: " + grown + world.buffers.owners());
                return measure;
            }
            Thread.sleep(50);
        }
    }

    private static String waiting() {
        StringBuilder all = new StringBuilder();
        Thread.getAllStackTraces().forEach((thread, stack) -> {
            if (thread.getName().startsWith("soak-") || thread.getName().startsWith("uring-")) {
                all.append("\n  ").append(thread.getName());
                for (StackTraceElement frame : stack) {
                    all.append("\n    at ").append(frame);
                }
            }
        });
        return all.toString();
    }

    private String table(SoakWorld world) {
        StringBuilder text = new StringBuilder(
                "Soak " + name + ": " + rings + " rings, " + users + " users, seed " + seed
                        + ", " + time + "; " + world + "\n\n");
        Set<String> rows = new LinkedHashSet<>();
        measures.forEach(measure -> rows.addAll(measure.values().keySet()));
        text.append(String.format("%-44s", ""));
        titles.forEach(title -> text.append(String.format("%12s", title)));
        for (String row : rows) {
            text.append(String.format("%n%-44s", row.length() > 43 ? "..." + row.substring(row.length() - 40) : row));
            measures.forEach(measure -> text.append(String.format("%12d", measure.values().getOrDefault(row, 0L))));
        }
        text.append("\n\n");
        for (Map.Entry<String, Long> count : world.ledger.counts().entrySet()) {
            text.append(String.format("%-44s%12d%n", count.getKey(), count.getValue()));
        }
        text.append('\n').append(world.uring.stats()).append("\n\n");
        world.ledger.violations().forEach(violation -> text.append("VIOLATED ").append(violation).append('\n'));
        return text.toString();
    }
}
