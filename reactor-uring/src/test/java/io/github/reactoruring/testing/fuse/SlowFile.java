package io.github.reactoruring.testing.fuse;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ScheduledExecutorService;

import org.jspecify.annotations.Nullable;

/**
 * A file of a {@link SlowFileSystem}, with a gate before each kind of request.
 *
 * <p>Opened with FOPEN_DIRECT_IO, unless it is {@link #buffered}: then each read becomes READs of the same bytes, and
 * nothing is read ahead or again.
 *
 * <p><b>Threads:</b> any.
 */
public final class SlowFile {

    /** The requests a gate can hold. */
    public enum Call {
        LOOKUP, GETATTR, OPEN, READ, WRITE, FLUSH
    }

    private static final Duration A_DAY = Duration.ofDays(1);

    private final Path path;
    private final int node;
    private final Map<Call, Gate> gates = new EnumMap<>(Call.class);
    /** What it holds; null for one that is computed. */
    private byte @Nullable [] content;
    private long sizeBytes;
    private Duration nameValid = Duration.ZERO;
    private boolean directIo = true;

    SlowFile(Path path, int node, byte @Nullable [] content, long sizeBytes, ScheduledExecutorService timer) {
        this.path = path;
        this.node = node;
        this.content = content;
        this.sizeBytes = sizeBytes;
        for (Call call : Call.values()) {
            gates.put(call, new Gate(timer));
        }
    }

    /** Returns what byte a file of a given size has at {@code position}. */
    public static byte patternAt(long position) {
        return (byte) (position * 31 + (position >>> 12));
    }

    /** Returns where it is mounted. */
    public Path path() {
        return path;
    }

    /** Returns the gate before its READs. */
    public Gate reads() {
        return gate(Call.READ);
    }

    /** Returns the gate before its OPENs. */
    public Gate opens() {
        return gate(Call.OPEN);
    }

    /** Returns the gate before requests of any kind. */
    public Gate gate(Call call) {
        return Objects.requireNonNull(gates.get(call));
    }

    /** Reads through the page cache from its next opening on: the kernel reads ahead, and whole pages. */
    public synchronized SlowFile buffered() {
        directIo = false;
        return this;
    }

    /** Lets the kernel remember the name: only its first LOOKUP reaches the filesystem. */
    public synchronized SlowFile rememberName() {
        nameValid = A_DAY;
        return this;
    }

    /** Replaces the content, behind the kernel's back. */
    public synchronized void replace(byte[] newContent) {
        content = newContent.clone();
        sizeBytes = content.length;
    }

    /** Returns the content of a file that was given one, with what was written. */
    public synchronized byte[] content() {
        return Objects.requireNonNull(content, "computed").clone();
    }

    int node() {
        return node;
    }

    synchronized Duration nameValid() {
        return nameValid;
    }

    synchronized boolean directIo() {
        return directIo;
    }

    synchronized long sizeBytes() {
        return sizeBytes;
    }

    synchronized byte[] read(long offset, int lengthBytes) {
        int length = Math.clamp(sizeBytes - offset, 0, lengthBytes);
        if (content != null) {
            return length == 0 ? new byte[0] : Arrays.copyOfRange(content, (int) offset, (int) offset + length);
        }
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = patternAt(offset + i);
        }
        return bytes;
    }

    /** Returns false for a computed file, which cannot be written to. */
    synchronized boolean write(long offset, byte[] data) {
        if (content == null) {
            return false;
        }
        int end = Math.toIntExact(offset + data.length);
        content = Arrays.copyOf(content, Math.max(content.length, end));
        System.arraycopy(data, 0, content, (int) offset, data.length);
        sizeBytes = content.length;
        return true;
    }

    @Override
    public String toString() {
        return "SlowFile(" + path + ")";
    }
}
