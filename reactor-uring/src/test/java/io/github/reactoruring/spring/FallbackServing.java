package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.Uring;

/** Files read by Spring itself, since there is no ring: run by {@link FallbackMain}, where io_uring is refused. */
class FallbackServing extends FileServing {

    private static TestServer server;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        server = TestServer.start(fill(directory), "server.compression.enabled=true",
                "management.endpoint.health.show-details=always").withFreshConnections();
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
    void thereIsNoRing() {
        assertThat(server.context().getBeanProvider(Uring.class).getIfAvailable()).isNull();
        assertThat(server.context().getBeanProvider(UringResourceHttpMessageWriter.class).getIfAvailable()).isNull();
    }

    @Test
    void healthSaysFallbackAndTheApplicationIsUp() {
        assertThat(server.get("/actuator/health/uring").body()).asString()
                .contains("\"status\":\"FALLBACK\"", "seccomp", "io_uring_setup");
        assertThat(server.get("/actuator/health").statusCode()).isEqualTo(200);
        assertThat(server.get("/actuator/health").body()).asString().startsWith("{\"components\"")
                .contains("\"status\":\"UP\"}");
    }
}
