package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.internal.loop.RingFailure;

/** Uploads stored by Spring itself, since the ring has failed while the application ran: run by {@link FallbackMain}. */
class BrokenRingUploads extends UploadServing {

    private static TestServer server;
    private static Path directory;
    private static Path temporary;

    @BeforeAll
    static void start(@TempDir Path stored, @TempDir Path spilled) {
        directory = stored;
        temporary = spilled;
        server = TestServer.start(stored, settings(spilled)).withFreshConnections();
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

    @Override
    Path temporary() {
        return temporary;
    }

    @Override
    Path directory() {
        return directory;
    }

    /** The handler writes by the ring itself, with what only that can do: it learns why not, at once. */
    @Test
    @Override
    void eventsAreStoredAsTheyCome() {
        assertThat(post("/events", new MultipartBody().file("a", "event-a.bin", LARGE)).statusCode()).isEqualTo(500);
    }
}
