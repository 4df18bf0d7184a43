package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.DirectoryChange;
import io.github.reactoruring.file.TailOptions;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.Descriptors;
import reactor.core.publisher.Flux;

/** A log that is followed and a directory that is watched, as events to a browser. */
@NeedsUring
class ServerSentEventsTest {

    private static final int CLIENTS = 20;

    private TestServer server;
    private Path directory;
    private Path log;

    /** What an application would write. */
    @RestController
    static class Events {

        private final Path directory;
        private final Uring uring;

        Events(@Value("${" + FileApplication.DIRECTORY + "}") Path directory, Uring uring) {
            this.directory = directory;
            this.uring = uring;
        }

        @GetMapping(value = "/tail", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
        Flux<String> tail() {
            return uring.files().tailLines(directory.resolve("app.log"), TailOptions.fromStart());
        }

        @GetMapping(value = "/watch", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
        Flux<DirectoryChange> watch() {
            return uring.fileSystem().watch(directory);
        }
    }

    /** A connection whose lines are read as they come. */
    private record Client(Socket socket, BufferedReader lines) implements AutoCloseable {

        static Client get(int port, String path) throws IOException {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes());
            return new Client(socket, new BufferedReader(
                    new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8)));
        }

        String await(Predicate<String> wanted) throws IOException {
            String line = lines.readLine();
            while (line != null && !wanted.test(line)) {
                line = lines.readLine();
            }
            return String.valueOf(line);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @BeforeEach
    void start(@TempDir Path temporary) throws IOException {
        directory = temporary;
        log = Files.writeString(temporary.resolve("app.log"), "started\n");
        server = TestServer.start(temporary, List.of(Events.class));
        assertThat(server.get("/annotated/app.log").body()).hasSize(8);
        server.awaitIdle();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aLogIsFollowedUntilTheClientLeaves() throws Exception {
        Map<String, Integer> before = Descriptors.open();
        for (int i = 0; i < CLIENTS; i++) {
            try (Client client = Client.get(server.port(), "/tail")) {
                assertThat(client.await(line -> line.startsWith("data:"))).isEqualTo("data:started");
                Files.writeString(log, "line " + i + "\n", StandardOpenOption.APPEND);
                String last = "data:line " + i;
                assertThat(client.await(last::equals)).isEqualTo(last);
            }
        }
        nothingIsLeft(before);
    }

    @Test
    void aDirectoryIsWatchedUntilTheClientLeaves() throws Exception {
        Map<String, Integer> before = Descriptors.open();
        for (int i = 0; i < CLIENTS; i++) {
            try (Client client = Client.get(server.port(), "/watch")) {
                client.await(line -> line.contains("WATCHING"));
                String name = "new" + i;
                Files.createFile(directory.resolve(name));
                assertThat(client.await(line -> line.contains(name))).contains("\"kind\":\"CREATED\"");
            }
            server.awaitIdle();
        }
        nothingIsLeft(before);
    }

    private void nothingIsLeft(Map<String, Integer> before) {
        server.awaitIdle();
        Descriptors.awaitNoMoreThan(before);
    }
}
