package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uploads stored by Spring itself, since there is no ring: run by {@link FallbackMain}, where io_uring is refused. */
class FallbackUploads extends UploadServing {

    private static TestServer server;
    private static Path directory;
    private static Path temporary;

    @BeforeAll
    static void start(@TempDir Path stored, @TempDir Path spilled) {
        directory = stored;
        temporary = spilled;
        server = TestServer.start(stored, settings(spilled)).withFreshConnections();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Override
    TestServer server() {
        return server;
    }

    @Override
    Path temporary() {
        return temporary;
    }

    @Override
    Path directory() {
        return directory;
    }

    @Test
    void thereIsNoReaderOfOurs() {
        assertThat(server.context().getBeanProvider(UringPartHttpMessageReader.class).getIfAvailable()).isNull();
    }
}
