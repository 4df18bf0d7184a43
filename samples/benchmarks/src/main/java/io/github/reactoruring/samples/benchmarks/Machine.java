package io.github.reactoruring.samples.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

import com.sun.management.OperatingSystemMXBean;

/** Tells what is measured on, and what disturbs the measurement. */
final class Machine {

    private static final OperatingSystemMXBean SYSTEM = ManagementFactory
            .getPlatformMXBean(OperatingSystemMXBean.class);
    private static final long NANOS_PER_TICK = 10_000_000L;
    private static final Path TRACING = Path.of("/sys/kernel/tracing");

    private Machine() {
    }

    /**
     * What has been used of the processors up to a moment.
     *
     * @param wallNanos when
     * @param busyNanos by all processes
     * @param ownNanos by this one, and those it started
     */
    record Usage(long wallNanos, long busyNanos, long ownNanos) {

        /** Returns the share of all processors that other processes took since {@code earlier}. */
        double othersSince(Usage earlier) {
            long others = (busyNanos - earlier.busyNanos) - (ownNanos - earlier.ownNanos);
            long available = (wallNanos - earlier.wallNanos) * Runtime.getRuntime().availableProcessors();
            return (double) others / available;
        }
    }

    static Usage usage() throws IOException {
        // user nice system idle iowait irq softirq steal, in hundredths of a second; a guest's time is in user's.
        String[] fields;
        try (BufferedReader stat = Files.newBufferedReader(Path.of("/proc/stat"))) {
            fields = stat.readLine().trim().split(" +");
        }
        long ticks = 0;
        for (int i = 1; i <= 8; i++) {
            ticks += i == 4 || i == 5 ? 0 : Long.parseLong(fields[i]);
        }
        return new Usage(System.nanoTime(), ticks * NANOS_PER_TICK, cpuNanos() + childrenNanos());
    }

    /** Returns the processor time of the processes that this one started, as far as they have ended. */
    private static long childrenNanos() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        // Behind the name, which may hold blanks, stands field 3; cutime and cstime are 16 and 17.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[13]) + Long.parseLong(fields[14])) * NANOS_PER_TICK;
    }

    /** Returns the processor time this process has taken. */
    static long cpuNanos() {
        return SYSTEM.getProcessCpuTime();
    }

    static void describe() {
        System.out.printf("Java %s, %s %s %s, %d CPUs, load %.1f%n", Runtime.version(), System.getProperty("os.name"),
                System.getProperty("os.version"), System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(), SYSTEM.getSystemLoadAverage());
        if (traced()) {
            System.out.println("Somebody traces io_uring on this machine: each request pays the kernel's tracepoints,"
                    + " some hundred ns, which flatters all ratios to the bare ring");
        }
    }

    /** Says whether io_uring's tracepoints are on, for whomever, as far as this user may see. */
    static boolean traced() {
        if (enabled(TRACING)) {
            return true;
        }
        try (DirectoryStream<Path> instances = Files.newDirectoryStream(TRACING.resolve("instances"))) {
            for (Path instance : instances) {
                if (enabled(instance)) {
                    return true;
                }
            }
        } catch (IOException e) {
            // Not for this user to see.
        }
        return false;
    }

    private static boolean enabled(Path instance) {
        try {
            return !Files.readString(instance.resolve("events/io_uring/enable")).startsWith("0");
        } catch (IOException e) {
            return false;
        }
    }
}
