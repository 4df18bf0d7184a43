package io.github.reactoruring.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.UringStats;
import io.github.reactoruring.testing.process.Descriptors;

/**
 * What is in use while nobody plays.
 *
 * @param values by what it is
 */
record Measure(Map<String, Long> values) {

    /** By how much each may have grown since the start; nothing, for what is not named. Others' caches come and go. */
    private static final Map<String, Long> SLACK = Map.of("threads", 24L, "direct buffers", 64L, "direct KiB", 16_384L,
            "C heap KiB", 65_536L, "heap KiB", 24_576L, "kernel workers", Long.MAX_VALUE / 2);
    private static final List<String> NOTHING_AT_REST = List.of("slots in flight", "not completed", "stale completions",
            "subscriptions open", "buffers out", "written buffers out", "registered taken", "rings of others",
            "temporary files");
    private static final @Nullable MethodHandle MALLINFO2 = Linker.nativeLinker().defaultLookup().find("mallinfo2")
            .map(address -> Linker.nativeLinker().downcallHandle(address, FunctionDescriptor.of(mallinfo2())))
            .orElse(null);

    private static MemoryLayout mallinfo2() {
        MemoryLayout[] fields = new MemoryLayout[10];
        java.util.Arrays.fill(fields, ValueLayout.JAVA_LONG);
        return MemoryLayout.structLayout(fields);
    }

    static Measure take(SoakWorld world) throws IOException {
        Map<String, Long> values = new LinkedHashMap<>();
        UringStats stats = world.uring.stats();
        values.put("slots in flight", stats.inFlight());
        values.put("not completed", stats.submitted() - stats.completed());
        values.put("stale completions", stats.staleCompletions());
        values.put("subscriptions open", (long) world.ledger.open().size());
        values.put("buffers out", (long) world.buffers.out());
        values.put("written buffers out", (long) world.reader.alive());
        values.put("registered taken", (long) world.pool.taken());
        values.put("rings of others", (long) world.others.size());
        values.put("temporary files", world.clearScratch());
        Descriptors.open().forEach((kind, count) -> values.put("fd " + kind, (long) count));
        values.put("ring mappings", lines("/proc/self/maps", "anon_inode:[io_uring]"));
        values.put("ring threads", Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("uring-")).count());
        values.put("threads", (long) ManagementFactory.getThreadMXBean().getThreadCount());
        values.put("kernel workers", workers());
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            if (pool.getName().equals("direct")) {
                values.put("direct buffers", pool.getCount());
                values.put("direct KiB", pool.getMemoryUsed() >> 10);
            }
        }
        values.put("C heap KiB", cHeapBytes() >> 10);
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        values.put("heap KiB", ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 10);
        return new Measure(values);
    }

    private static long lines(String file, String containing) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of(file), java.nio.charset.StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.contains(containing)).count();
        }
    }

    private static long workers() throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            return tasks.filter(task -> {
                try {
                    return Files.readString(task.resolve("comm")).startsWith("iou-wrk");
                } catch (IOException | UncheckedIOException e) {
                    return false;
                }
            }).count();
        }
    }

    /** What the C library has handed out: uordblks and hblkhd of struct mallinfo2. */
    private static long cHeapBytes() {
        if (MALLINFO2 == null) {
            return 0;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = (MemorySegment) MALLINFO2.invokeExact((SegmentAllocator) arena);
            return info.getAtIndex(ValueLayout.JAVA_LONG, 7) + info.getAtIndex(ValueLayout.JAVA_LONG, 4);
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    /** Returns what is in use although nobody plays, or an empty text. */
    String notAtRest() {
        StringBuilder used = new StringBuilder();
        for (String what : NOTHING_AT_REST) {
            long value = values.getOrDefault(what, 0L);
            if (value != 0) {
                used.append(what).append(": ").append(value).append("; ");
            }
        }
        return used.toString();
    }

    /** Returns what has grown since {@code start}, or an empty text. */
    String grownSince(Measure start) {
        StringBuilder grown = new StringBuilder();
        values.forEach((what, value) -> {
            long most = start.values.getOrDefault(what, 0L) + SLACK.getOrDefault(what, 0L);
            if (value > most) {
                grown.append(what).append(": ").append(value).append(" of ").append(most).append("; ");
            }
        });
        return grown.toString();
    }
}
