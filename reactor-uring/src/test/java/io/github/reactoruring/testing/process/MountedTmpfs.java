package io.github.reactoruring.testing.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Assumptions;

/** A small filesystem of its own, which fills up, or can be made read-only. Needs root. */
public final class MountedTmpfs implements AutoCloseable {

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
