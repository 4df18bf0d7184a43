package io.github.reactoruring.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.Uring;
import io.github.reactoruring.buffer.RegisteredBuffers;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.testing.buffers.TrackedReader;
import io.github.reactoruring.testing.fuse.SlowFile;
import io.github.reactoruring.testing.fuse.SlowFileSystem;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.TcpSockets;

/** What the users of a soak share: a ring, files on a fast disk and on a slow filesystem, buffers, and the accounts. */
final class SoakWorld implements AutoCloseable {

    static final int[] SIZES = {0, 1, 4_096, 70_001, 1_500_000};
    static final int SLOW_BYTES = 256 * 1024;
    static final int POOLED_BYTES = 4_096;
    private static final int POOLED = 64;

    final Ledger ledger = new Ledger();
    final CountedBuffers buffers = new CountedBuffers(ledger);
    final TrackedReader reader = new TrackedReader();
    final Set<Uring> others = ConcurrentHashMap.newKeySet();
    final Path scratch;
    final Uring uring;
    final RegisteredBuffers pool;
    /** Of the sizes, with {@link SlowFile#patternAt} at each position. */
    final List<Path> files = new ArrayList<>();
    final List<UringFile> open = new ArrayList<>();
    /** Replaced by everybody: as many bytes of one value as that value says. */
    final Path versioned;
    /** Its answers come late. Null where FUSE is not to be had. */
    final @Nullable SlowFile slow;
    /** Its answers do not come while the users play. */
    final @Nullable SlowFile hanging;
    final @Nullable TcpSockets sockets;
    final List<Integer> listening = new ArrayList<>();

    private final Path root;
    private final @Nullable SlowFileSystem slowFiles;

    SoakWorld(Path root, int rings, int users) throws IOException {
        this.root = Files.createDirectories(root);
        Scene.remove(root);
        scratch = Files.createDirectories(root.resolve("scratch"));
        uring = Uring.builder("soak").rings(rings).build();
        pool = uring.files().registerBuffers(POOLED, POOLED_BYTES).block();
        for (int size : SIZES) {
            Path file = Files.write(root.resolve("file" + size), pattern(0, size));
            files.add(file);
            open.add(uring.files().open(file).block());
        }
        versioned = Files.write(root.resolve("versioned"), version(1));
        slowFiles = SlowFileSystem.missing() == null ? SlowFileSystem.mount() : null;
        slow = slowFiles == null ? null : slowFiles.file("slow", SLOW_BYTES);
        hanging = slowFiles == null ? null : slowFiles.file("hanging", SLOW_BYTES);
        if (slow != null) {
            slow.reads().delay(Duration.ofMillis(3));
        }
        sockets = KernelUnderTest.has(Opcode.BIND) && KernelUnderTest.has(Opcode.LISTEN) ? new TcpSockets() : null;
        for (int i = 0; sockets != null && i < users; i++) {
            listening.add(sockets.listening());
        }
        resume();
    }

    /** Opens a file again, on one of the rings. */
    UringFile opened(Path path) {
        return uring.files().open(path, StandardOpenOption.READ).block();
    }

    static byte[] pattern(long from, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = SlowFile.patternAt(from + i);
        }
        return bytes;
    }

    /** Returns the content of that version, 1 to 100. */
    static byte[] version(int number) {
        byte[] content = new byte[number * 1_000];
        java.util.Arrays.fill(content, (byte) number);
        return content;
    }

    /** Lets the hanging file hang. */
    void resume() {
        if (hanging != null) {
            hanging.reads().hold();
        }
    }

    /** Answers all that hangs: nobody begins anything any more. */
    void pause() {
        if (hanging != null) {
            hanging.reads().open();
        }
    }

    /** Removes what cancelled requests have left; returns the temporary files of replacements among it. */
    long clearScratch() throws IOException {
        long temporary;
        try (Stream<Path> found = Files.walk(root)) {
            temporary = found.filter(path -> path.getFileName().toString().endsWith(".tmp")).count();
        }
        try (Stream<Path> scenes = Files.list(scratch)) {
            scenes.forEach(Scene::remove);
        }
        return temporary;
    }

    @Override
    public void close() throws IOException {
        pause();
        pool.close().block(Scene.BOUND);
        uring.disposeLater().block(Scene.BOUND);
        if (sockets != null) {
            sockets.close();
        }
        if (slowFiles != null) {
            slowFiles.close();
        }
        buffers.clear();
        Scene.remove(root);
    }

    @Override
    public String toString() {
        return "slow filesystem: " + (slow == null ? "none, FUSE is not to be had" : "FUSE") + ", sockets: "
                + (sockets == null ? "none, the kernel cannot BIND" : "TCP");
    }
}
