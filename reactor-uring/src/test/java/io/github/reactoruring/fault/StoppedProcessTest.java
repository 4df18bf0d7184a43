package io.github.reactoruring.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.kernel.Fifo;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.ChildJvm;

/** A process that is stopped past its deadlines, as by a shell or a debugger, finds all of it when it goes on. */
@NeedsUring
@Tag("fault")
class StoppedProcessTest {

    private static final int SENT = 50_000;

    @Test
    void nothingIsLostAndEachDeadlineFiresOnce(@TempDir Path directory) throws Exception {
        Path fifo = Fifo.make(directory.resolve("fifo"));
        Process child = new ChildJvm().start(StoppedMain.class, fifo.toString());
        try (BufferedReader output = child.inputReader(StandardCharsets.UTF_8);
                OutputStream sink = Files.newOutputStream(fifo)) {
            assertThat(output.readLine()).isEqualTo("waiting");
            signal(child, "STOP");
            Await.until("the child stopped", () -> state(child).startsWith("T"));
            long stopped = System.nanoTime();
            sink.write(new byte[SENT]);
            // What is due becomes so by the clock alone.
            Await.until("all deadlines past", () -> System.nanoTime() - stopped > TimeUnit.MILLISECONDS.toNanos(400));
            signal(child, "CONT");
            sink.close();

            assertThat(output.readLine()).isEqualTo("timers " + StoppedMain.OF_EACH + ", timeouts "
                    + 2 * StoppedMain.OF_EACH + ", ticks 50, bytes " + SENT + ", ended 2, others 0");
            assertThat(child.waitFor(Duration.ofSeconds(20))).isTrue();
        } finally {
            child.destroyForcibly();
        }
    }

    private static void signal(Process child, String name) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(child.pid())).start().waitFor()).isZero();
    }

    private static String state(Process child) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(child.pid()), "stat"));
            return stat.substring(stat.lastIndexOf(')') + 2);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
