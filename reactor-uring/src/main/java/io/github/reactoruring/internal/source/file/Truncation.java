package io.github.reactoruring.internal.source.file;

import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.LoopTask;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.sys.IoUringAbi;
import reactor.core.scheduler.Schedulers;

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
        OpenFile.Lent lent;
        try {
            lent = file.lend();
        } catch (IOException e) {
            ended.accept(e);
            return;
        }
        try {
            Schedulers.boundedElastic().schedule(() -> {
                Throwable error = truncate(lent, size, file.name());
                file.loop().execute(new Truncated(lent, error, ended));
            });
        } catch (RejectedExecutionException e) {
            lent.close();
            ended.accept(e);
        }
    }

    private static @Nullable Throwable truncate(OpenFile.Lent lent, long size, String path) {
        try {
            int result = lent.ask((descriptors, descriptor) -> descriptors.truncate(descriptor, size));
            return result < 0 ? Errors.ofPath(-result, "ftruncate", path) : null;
        } catch (IOException e) {
            return e;
        }
    }

    private record Truncated(OpenFile.Lent lent, @Nullable Throwable error, Consumer<@Nullable Throwable> ended)
            implements
                LoopTask {

        @Override
        public void run() {
            try (lent) {
                ended.accept(error);
            }
        }

        @Override
        public void rejected(Throwable cause) {
            lent.close();
            ended.accept(cause);
        }
    }
}
