package io.github.reactoruring.testing.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import io.github.reactoruring.testing.Await;

/** Counts this process's open descriptors by what they lead to, but for what the JVM itself opens as it goes. */
public final class Descriptors {

    private static final Path OWN = Path.of("/proc/self/fd");

    private Descriptors() {
    }

    /** Returns how many descriptors lead to each file, and to pipes, sockets, rings and eventfds. */
    public static Map<String, Integer> open() {
        Map<String, Integer> open = new TreeMap<>();
        try (Stream<Path> descriptors = Files.list(OWN)) {
            for (Path descriptor : descriptors.toList()) {
                String kind = kind(descriptor);
                if (!kind.isEmpty()) {
                    open.merge(kind, 1, Integer::sum);
                }
            }
            return open;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until no more are open than {@code before}; some of those may have been closing already. */
    public static void awaitNoMoreThan(Map<String, Integer> before) {
        Await.until(Duration.ofSeconds(10), () -> "no more descriptors than " + before + ", but " + open(),
                () -> areNoMoreThan(before));
    }

    /** Says whether no more are open than {@code before}. */
    public static boolean areNoMoreThan(Map<String, Integer> before) {
        return open().entrySet().stream().allMatch(kind -> kind.getValue() <= before.getOrDefault(kind.getKey(), 0));
    }

    private static String kind(Path descriptor) throws IOException {
        String target;
        try {
            target = Files.readSymbolicLink(descriptor).toString();
        } catch (NoSuchFileException e) {
            return "";
        }
        if (target.endsWith(".jar") || target.startsWith("/proc/") || target.endsWith("/modules")
                || target.endsWith(".class") || target.contains("/tracing/")) {
            return "";
        }
        int colon = target.indexOf(':');
        return target.startsWith("pipe:") || target.startsWith("socket:") ? target.substring(0, colon) : target;
    }
}
