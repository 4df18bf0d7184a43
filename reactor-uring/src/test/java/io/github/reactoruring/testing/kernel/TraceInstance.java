package io.github.reactoruring.testing.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * A trace buffer of our own in tracefs, that records io_uring's submissions and completions by this process's threads.
 *
 * <p>It follows the threads that are there at the start, and those they start. Completions that kernel workers post
 * themselves are not among them: those of rings without DEFER_TASKRUN.
 */
final class TraceInstance implements AutoCloseable {

    private static final Path TRACING = Path.of("/sys/kernel/tracing");
    private static final List<String> EVENTS = List.of("io_uring_submit_req", "io_uring_complete",
            "io_uring_cqe_overflow");
    private static final int BUFFER_KIB_PER_CPU = 16 * 1024;
    private static final Pattern LOST = Pattern.compile("(?:overrun|dropped events): (\\d+)");
    private static @Nullable String missing;
    private static boolean checked;

    private final Path directory;

    private TraceInstance(Path directory) {
        this.directory = directory;
    }

    /** Returns why the kernel cannot be traced here, or null. */
    static synchronized @Nullable String missing() {
        if (!checked) {
            checked = true;
            missing = findMissing();
        }
        return missing;
    }

    private static @Nullable String findMissing() {
        try {
            if (!Files.isDirectory(TRACING.resolve("events"))) {
                Files.createDirectories(TRACING);
                Process mount = new ProcessBuilder("mount", "-t", "tracefs", "tracefs", TRACING.toString())
                        .redirectErrorStream(true).start();
                String said = new String(mount.getInputStream().readAllBytes()).trim();
                if (mount.waitFor() != 0) {
                    return "tracefs cannot be mounted: " + said;
                }
            }
            start().close();
            return null;
        } catch (IOException | UncheckedIOException e) {
            return "tracing needs root and tracefs: " + e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    static TraceInstance start() throws IOException {
        TraceInstance instance = new TraceInstance(Files.createTempDirectory(TRACING.resolve("instances"), "test-"));
        try {
            instance.write("buffer_size_kb", Integer.toString(BUFFER_KIB_PER_CPU));
            instance.write("options/event-fork", "1");
            instance.write("set_event_pid", ownThreads());
            instance.enable("1");
            return instance;
        } catch (IOException e) {
            instance.close();
            throw e;
        }
    }

    void stop() {
        enable("0");
    }

    /** Returns what was recorded, in order of time. */
    Stream<String> lines() throws IOException {
        return Files.lines(directory.resolve("trace"));
    }

    /** Returns how many events did not fit. */
    long lost() throws IOException {
        long lost = 0;
        try (Stream<Path> cpus = Files.list(directory.resolve("per_cpu"))) {
            for (Path cpu : cpus.toList()) {
                Matcher matcher = LOST.matcher(Files.readString(cpu.resolve("stats")));
                while (matcher.find()) {
                    lost += Long.parseLong(matcher.group(1));
                }
            }
        }
        return lost;
    }

    @Override
    public void close() {
        try {
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void enable(String onOrOff) {
        for (String event : EVENTS) {
            try {
                write("events/io_uring/" + event + "/enable", onOrOff);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(directory.resolve(file), text, StandardOpenOption.WRITE);
    }

    private static String ownThreads() throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            return tasks.map(task -> task.getFileName().toString()).collect(Collectors.joining(" "));
        }
    }
}
