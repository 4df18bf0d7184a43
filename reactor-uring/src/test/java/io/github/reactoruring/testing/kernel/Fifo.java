package io.github.reactoruring.testing.kernel;

import java.io.IOException;
import java.nio.file.Path;

/** Makes named pipes. */
public final class Fifo {

    private Fifo() {
    }

    /** Makes one at {@code path}, which it returns. */
    public static Path make(Path path) throws IOException, InterruptedException {
        Process mkfifo = new ProcessBuilder("mkfifo", path.toString()).redirectErrorStream(true).start();
        String said = new String(mkfifo.getInputStream().readAllBytes());
        if (mkfifo.waitFor() != 0) {
            throw new IOException(said);
        }
        return path;
    }
}
