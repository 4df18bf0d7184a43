package io.github.reactoruring.spring.boot;

import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;

import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.spring.TestServer;
import io.github.reactoruring.testing.process.SeccompFilter;

/**
 * Starts an application again where io_uring is forbidden by then, as one that is restored from a checkpoint in another
 * container. Argument: a directory with a file.
 */
public final class ForbiddenRestartMain {

    private ForbiddenRestartMain() {
    }

    /** Runs it. */
    public static void main(String[] args) throws Throwable {
        try (TestServer server = TestServer.start(Path.of(args[0]))) {
            serve(server);
            server.context().stop();
            SeccompFilter.denyUring(Errno.EPERM);
            server.context().start();
            System.out.println("disposed=" + server.uring().isDisposed());
            serve(server);
        }
        System.exit(0);
    }

    private static void serve(TestServer server) throws Exception {
        String url = "http://127.0.0.1:" + server.context().getEnvironment().getProperty("local.server.port");
        try (InputStream body = URI.create(url + "/annotated/file").toURL().openStream()) {
            System.out.println("served=" + body.readAllBytes().length);
        }
    }
}
