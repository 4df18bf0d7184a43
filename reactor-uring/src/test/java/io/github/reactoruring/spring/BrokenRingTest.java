package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.internal.loop.RingFailure;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.ChildJvm;

/**
 * An application whose ring fails while it runs serves and stores files all the same. In a JVM of its own: Spring's own
 * means block where BlockHound watches, and lose buffers that the tests would be blamed for.
 */
@NeedsUring
@Tag("fault")
class BrokenRingTest {

    @ParameterizedTest
    @ValueSource(classes = {BrokenRingServing.class, BrokenRingUploads.class})
    void theSameApplicationPassesTheSameTestsOnceItsRingHasFailed(Class<?> tests) throws Exception {
        String output = new ChildJvm().with("-Xmx256m").run(FallbackMain.class, FallbackMain.ALLOWED, tests.getName());

        assertThat(output).containsPattern("succeeded=2[0-9] others=0");
        assertThat(output).contains("Ring uring-spring-1 failed with");
    }

    /** Files are read by the ring again, once there is another. */
    @Test
    void theNewRingServesFilesAgain(@TempDir Path directory) throws Exception {
        FileServing.fill(directory);
        try (TestServer server = TestServer.start(directory, "management.endpoint.health.show-details=always")
                .withFreshConnections()) {
            RingFailure.failOnce(server.uring());
            Await.until("another ring", () -> server.uring().failureCause() == null);
            long before = server.uring().stats().completed();

            assertThat(server.get("/annotated/large.bin").body()).isEqualTo(FileServing.LARGE);
            assertThat(server.get("/static/small.txt").body()).isEqualTo(FileServing.SMALL);
            server.awaitIdle();
            assertThat(server.uring().stats().completed()).isGreaterThan(before + FileServing.LARGE.length / 65_536);
            assertThat(server.get("/actuator/health/uring").body()).asString()
                    .contains("\"status\":\"UP\"", "\"ringFailures\":1");
        }
    }
}
