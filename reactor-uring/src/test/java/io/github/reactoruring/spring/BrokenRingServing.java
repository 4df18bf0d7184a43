package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.internal.loop.RingFailure;

/** Files read by Spring itself, since the ring has failed while the application ran: run by {@link FallbackMain}. */
class BrokenRingServing extends FileServing {

    private static TestServer server;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        server = TestServer.start(fill(directory), "server.compression.enabled=true",
                "management.endpoint.health.show-details=always").withFreshConnections();
        assertThat(server.get("/annotated/small.txt").body()).isEqualTo(SMALL);
        RingFailure.failForGood(server.uring());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Override
    TestServer server() {
        return server;
    }

    @Test
    void healthIsDownAndSaysWhy() {
        assertThat(server.get("/actuator/health/uring").body()).asString()
                .contains("\"status\":\"DOWN\"", "in the middle of a turn", "the ring has failed");
        assertThat(server.get("/actuator/health").statusCode()).isEqualTo(503);
    }
}
