package io.github.reactoruring.internal.source.file;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.LoopTask;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.Descriptors;
import io.github.reactoruring.internal.source.Elsewhere;

/**
 * Makes calls on an open file that the ring has no operation for and that may block, on the bounded elastic scheduler. The
 * file stays open until they are over.
 *
 * <p><b>Threads:</b> the owner's; the outcome is told there.
 */
public final class OffRing {

    /** What is called. */
    @FunctionalInterface
    public interface Call {

        void make(Descriptors descriptors, int descriptor) throws IOException;
    }

    private OffRing() {
    }

    /** Makes {@code call}; {@code ended} gets what went wrong, or null. */
    public static void call(OpenFile file, Call call, Consumer<@Nullable Throwable> ended) {
        OpenFile.Lent lent;
        try {
            lent = file.lend();
        } catch (IOException e) {
            ended.accept(e);
            return;
        }
        try {
            Elsewhere.run(() -> {
                Throwable error = make(call, lent);
                file.loop().execute(new Made(lent, error, ended));
            });
        } catch (Throwable t) {
            lent.close();
            ended.accept(t);
        }
    }

    private static @Nullable Throwable make(Call call, OpenFile.Lent lent) {
        try {
            return lent.ask((descriptors, descriptor) -> failure(call, descriptors, descriptor)).orElse(null);
        } catch (Throwable t) {
            return t;
        }
    }

    private static Optional<Throwable> failure(Call call, Descriptors descriptors, int descriptor) {
        try {
            call.make(descriptors, descriptor);
            return Optional.empty();
        } catch (Throwable t) {
            return Optional.of(t);
        }
    }

    private record Made(OpenFile.Lent lent, @Nullable Throwable error, Consumer<@Nullable Throwable> ended)
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
