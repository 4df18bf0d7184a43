package io.github.reactoruring.internal.spring;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes names that nobody foresees: boundaries of multipart bodies, which whoever writes a file must not be able to put into
 * it, and directories that nobody makes first. The system's random numbers are read once, at the start: to read them blocks,
 * which an event loop and a ring's thread must not do.
 *
 * <p><b>Threads:</b> any.
 */
public final class SecretNames {

    private static final int SECRET_BYTES = 16;
    private static final int NAME_BYTES = 16;

    private final byte[] secret = new byte[SECRET_BYTES];
    private final AtomicLong count = new AtomicLong();

    public SecretNames() {
        new SecureRandom().nextBytes(secret);
    }

    /** Makes another name: 32 hexadecimal digits. */
    public String next() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(secret);
            digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, count.incrementAndGet()));
            return HexFormat.of().formatHex(digest.digest(), 0, NAME_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
