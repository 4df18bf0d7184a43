package io.github.reactoruring.cancellation;

import io.github.reactoruring.Uring;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.raw.Cancel;
import io.github.reactoruring.testing.ArmedRequests;
import io.github.reactoruring.testing.kernel.RawPipe;

/**
 * Finds out whether the running kernel matches FD together with USERDATA: from 6.6 on it takes the two, and before a fix
 * of 7.0, backported since, it compares one of them with memory that holds the other.
 */
final class FileAndUserData {

    private static final boolean MATCHES = probe();

    private FileAndUserData() {
    }

    static boolean matches() {
        return MATCHES;
    }

    private static boolean probe() {
        Uring uring = Uring.builder("fd-userdata").build();
        try (RawPipe pipe = new RawPipe()) {
            ArmedRequests armed = new ArmedRequests(uring).poll(1, pipe.source()).await();
            Integer result = uring.raw().cancel(Cancel.fd(pipe.source()).andUserData(1)).onErrorReturn(-Errno.ENOENT)
                    .block();
            boolean matches = Integer.valueOf(0).equals(result);
            if (matches) {
                armed.awaitCancelled(1);
            }
            armed.disposeOfTheRest();
            System.out.println("FD|USERDATA " + (matches ? "matches" : "finds nothing") + " on Linux "
                    + System.getProperty("os.version"));
            return matches;
        } finally {
            uring.disposeLater().block();
        }
    }
}
