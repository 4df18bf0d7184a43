package io.github.reactoruring.testing.process;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Assumptions;

/** A small filesystem of its own, a tmpfs or an ext4, which fills up, or can be made read-only. Needs root. */
public final class MountedTmpfs implements AutoCloseable {

    private static final int MOST_TRIES = 100;

    private final Path directory;

    private MountedTmpfs(Path directory) {
        this.directory = directory;
    }

    /** Mounts one of {@code kibibytes} at {@code directory}, which is made; skips the test, saying why, where it may not. */
    public static MountedTmpfs mount(Path directory, int kibibytes) throws IOException, InterruptedException {
        Files.createDirectory(directory);
        String refused = run("mount", "-t", "tmpfs", "-o", "size=" + kibibytes + "k", "test", directory.toString());
        if (!refused.isEmpty()) {
            Assumptions.abort("a tmpfs cannot be mounted here: " + refused);
        }
        return new MountedTmpfs(directory);
    }

    /** Mounts an ext4 of its own in {@code directory}, which is made; what is written there is given blocks later. */
    public static MountedTmpfs mountExt4(Path directory, int kibibytes) throws IOException, InterruptedException {
        Files.createDirectory(directory);
        Path image = directory.resolveSibling(directory.getFileName() + ".img");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(kibibytes * 1024L);
        }
        String refused = run("mkfs.ext4", "-q", "-F", "-m", "0", image.toString());
        if (refused.isEmpty()) {
            refused = run("mount", "-o", "loop", image.toString(), directory.toString());
        }
        if (!refused.isEmpty()) {
            Assumptions.abort("an ext4 cannot be mounted here: " + refused);
        }
        return new MountedTmpfs(directory);
    }

    /** Returns where it is mounted. */
    public Path directory() {
        return directory;
    }

    /** Makes it read-only. */
    public void makeReadOnly() throws IOException, InterruptedException {
        String refused = run("mount", "-o", "remount,ro", directory.toString());
        if (!refused.isEmpty()) {
            throw new IOException(refused);
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        String refused = run("umount", directory.toString());
        // The kernel's workers close what a ring has left, a little later.
        for (int i = 0; i < MOST_TRIES && refused.contains("busy"); i++) {
            run("sleep", "0.1");
            refused = run("umount", directory.toString());
        }
        if (!refused.isEmpty()) {
            throw new IOException(refused);
        }
    }

    /** Runs a command; returns what it said where it failed, else nothing. */
    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes()).trim();
        return process.waitFor() == 0 ? "" : said.isEmpty() ? "exit code " + process.exitValue() : said;
    }
}
