package io.github.reactoruring.samples.quickstart;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Hashes and counts the chunks of one file, and takes the time from its making to its report. */
final class FileDigest {

    private static final double BYTES_PER_MEGABYTE = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;

    private final MessageDigest sha256 = sha256();
    private final long startNanos = System.nanoTime();
    private long bytes;
    private long chunks;

    void add(ByteBuffer chunk) {
        bytes += chunk.remaining();
        chunks++;
        sha256.update(chunk);
    }

    /** Reports on the file, once. */
    String report(Path file) {
        double seconds = (System.nanoTime() - startNanos) / NANOS_PER_SECOND;
        return """
                file %s
                bytes %d
                chunks %d
                sha256 %s
                MB/s %.1f""".formatted(file, bytes, chunks, HexFormat.of().formatHex(sha256.digest()),
                bytes / BYTES_PER_MEGABYTE / seconds);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
