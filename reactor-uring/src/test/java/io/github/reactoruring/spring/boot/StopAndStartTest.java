package io.github.reactoruring.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.spring.TestServer;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.ChildJvm;
import io.github.reactoruring.testing.process.Descriptors;

/** An application whose context is stopped and started again, as a restore from a checkpoint does, serves as before. */
@NeedsUring
class StopAndStartTest {

    @Test
    void aContextThatIsStartedAgainServesFilesByTheRingAgain(@TempDir Path directory) throws Exception {
        byte[] content = new byte[1_000_000];
        long others = rings(Descriptors.open());
        Files.write(directory.resolve("large.bin"), content);
        try (TestServer server = TestServer.start(directory)) {
            for (int i = 0; i < 3; i++) {
                long before = server.uring().stats().completed();
                assertThat(server.get("/annotated/large.bin").body()).isEqualTo(content);
                assertThat(server.uring().stats().completed()).isGreaterThan(before + content.length / 65_536);

                server.context().stop();
                assertThat(server.uring().isDisposed()).isTrue();
                Await.until("no ring left, which a checkpoint could not save",
                        () -> rings(Descriptors.open()) == others);
                server.context().start();
                assertThat(server.uring().isDisposed()).isFalse();
            }
            assertThat(server.get("/annotated/large.bin").body()).isEqualTo(content);
        }
    }

    /** A checkpoint that is restored in another container. */
    @Test
    void anApplicationThatIsStartedAgainWhereRingsAreForbiddenServesFilesAllTheSame(@TempDir Path directory)
            throws Exception {
        Files.write(directory.resolve("file"), new byte[1_000_000]);

        String output = new ChildJvm().run(ForbiddenRestartMain.class, directory.toString());

        assertThat(output.lines().filter(line -> line.startsWith("served="))).containsExactly("served=1000000",
                "served=1000000");
        assertThat(output).contains("disposed=true", "No ring can be opened again");
    }

    private static long rings(Map<String, Integer> descriptors) {
        return descriptors.keySet().stream().filter(name -> name.contains("io_uring")).count();
    }
}
