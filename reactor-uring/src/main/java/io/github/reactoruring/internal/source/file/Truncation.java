package io.github.reactoruring.internal.source.file;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.sys.IoUringAbi;

/**
 * Changes a file's size: on the ring (FTRUNCATE, Linux 6.9), before that by ftruncate(2) on the bounded elastic
 * scheduler, since it may block.
 *
 * <p><b>Threads:</b> the owner's; the outcome is told there.
 */
public final class Truncation {

    private Truncation() {
    }

    /** Says whether the ring can do it, so that it may be an ordinary request. */
    public static boolean isOnRing(OpenFile file) {
        return file.loop().ring().features().supports(IoUringAbi.IORING_OP_FTRUNCATE);
    }

    /** Truncates or extends {@code file}; {@code ended} gets what went wrong, or null. */
    public static void run(OpenFile file, long size, Consumer<@Nullable Throwable> ended) {
        if (isOnRing(file)) {
            Steps.truncate(file, size, step -> ended.accept(step.error()));
        } else {
            offRing(file, size, ended);
        }
    }

    /** Calls ftruncate(2) where that may block. */
    public static void offRing(OpenFile file, long size, Consumer<@Nullable Throwable> ended) {
        if (file.fixed() && !file.isClosing()) {
            ended.accept(new UnsupportedOperationException(
                    "A direct descriptor cannot be truncated before Linux 6.9: no call but the ring's knows it"));
            return;
        }
        OffRing.call(file, (descriptors, descriptor) -> {
            int result = descriptors.truncate(descriptor, size);
            if (result < 0) {
                throw Errors.ofPath(-result, "ftruncate", file.name());
            }
        }, ended);
    }
}
