package io.github.reactoruring.fault;

import java.io.FileInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.DirectoryChange;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.TcpSockets;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * Takes every descriptor there is, and tries all that needs one; then again when the limit was raised from outside, or some
 * were closed. Arguments: a directory, and a file that appears when the limit was raised.
 */
final class FullDescriptorsMain {

    private static final Duration LONG = Duration.ofSeconds(20);

    private static final Logger LOG = Loggers.getLogger(FullDescriptorsMain.class);

    private FullDescriptorsMain() {
    }

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        Path raised = Path.of(arguments[1]);
        Path file = Files.write(directory.resolve("file"), new byte[10]);
        Uring uring = Uring.builder("full").build();
        try (TcpSockets sockets = new TcpSockets()) {
            int listening = sockets.listening();
            // Before, as it succeeds and as it fails: a class that is needed for the first time takes a descriptor to be loaded.
            tryAll("missing", uring, sockets, listening, directory.resolve("missing").resolve("file"));
            LOG.warn("Java's logging reads the time zones", new IOException("no error"));
            tryAll("before", uring, sockets, listening, file);
            List<FileInputStream> taken = new ArrayList<>();
            exhaust(file, taken);
            tryAll("warm", uring, sockets, listening, file);
            taken.removeLast().close();
            for (FileInputStream each : taken) {
                each.close();
            }
            tryAll("rehearsed", uring, sockets, listening, file);

            taken.clear();
            exhaust(file, taken);
            tryAll("full", uring, sockets, listening, file);
            System.out.println("raise it");
            while (!raised.toFile().exists()) {
                Thread.sleep(5);
            }
            tryAll("raised", uring, sockets, listening, file);
            exhaust(file, taken);
            tryAll("full again", uring, sockets, listening, file);
            for (FileInputStream each : taken) {
                each.close();
            }
            tryAll("freed", uring, sockets, listening, file);
        }
        uring.disposeLater().block(LONG);
        System.out.println("closed");
    }

    private static void exhaust(Path file, List<FileInputStream> taken) {
        try {
            while (true) {
                taken.add(new FileInputStream(file.toFile()));
            }
        } catch (IOException e) {
            // That was the last.
        }
    }

    private static void tryAll(String when, Uring uring, TcpSockets sockets, int listening, Path file) {
        attempt(when, "ring", () -> {
            Uring other = Uring.builder("other").build();
            other.raw().nop().block(LONG);
            other.disposeLater().block(LONG);
            return "works";
        });
        // Woken by an eventfd, which is a descriptor more.
        attempt(when, "older ring", () -> {
            Uring other = KernelUnderTest.build(Uring.builder("other"), "6.1");
            other.raw().nop().block(LONG);
            other.disposeLater().block(LONG);
            return "works";
        });
        attempt(when, "open", () -> {
            uring.files().open(file).flatMap(opened -> opened.close()).block(LONG);
            return "works";
        });
        attempt(when, "pipe", () -> {
            uring.files().pipe().flatMap(pipe -> pipe.sink().close().then(pipe.source().close())).block(LONG);
            return "works";
        });
        attempt(when, "watch", () -> {
            uring.fileSystem().watch(file.getParent(), DirectoryChange.Kind.CREATED).blockFirst(LONG);
            return "works";
        });
        attempt(when, "list", () -> uring.fileSystem().list(file.getParent()).count().block(LONG) + " there, works");
        attempt(when, "direct", () -> {
            // Its slot is none of the process's descriptors, and the table is there.
            uring.files().openDirect(file).flatMap(opened -> opened.close()).block(LONG);
            return "works";
        });
        attempt(when, "timer", () -> uring.timers().after(Duration.ofMillis(1)).thenReturn("works").block(LONG));
        // The kernel takes the number before it waits for anybody.
        attempt(when, "accept", () -> {
            try (Socket peer = when.startsWith("full") || when.equals("warm") ? null : sockets.connectTo(listening)) {
                int accepted = uring.raw().submit(Operation.of(Opcode.ACCEPT).fd(listening)
                        .withDeadline(Duration.ofSeconds(5))).block(LONG).result();
                uring.raw().submit(Operation.of(Opcode.CLOSE).fd(accepted)).block(LONG);
                return "works";
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static void attempt(String when, String what, Supplier<String> action) {
        String said;
        try {
            said = action.get();
        } catch (RuntimeException e) {
            Throwable cause = e;
            while (cause.getCause() != null && cause instanceof RuntimeException
                    && cause.getClass().getName().startsWith("reactor.")) {
                cause = cause.getCause();
            }
            said = cause.getClass().getSimpleName() + ": " + cause.getMessage();
        }
        System.out.println(when + ", " + what + ": " + said);
    }
}
