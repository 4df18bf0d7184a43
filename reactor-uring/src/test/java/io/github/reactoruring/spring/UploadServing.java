package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.testing.Await;

/** What a client sees of uploads, whoever stores them: with a ring, and without. */
abstract class UploadServing {

    static final String[] SETTINGS = {"spring.webflux.multipart.max-in-memory-size=10KB",
            "spring.webflux.multipart.max-disk-usage-per-part=4MB", "spring.webflux.multipart.max-parts=20",
            "spring.webflux.multipart.max-headers-size=1KB"};

    static final byte[] LARGE = content(3_000_017);
    static final byte[] SMALL = content(5_000);

    /** Returns the settings of a server whose temporary files are in {@code temporary}. */
    static String[] settings(Path temporary) {
        return Stream.concat(Stream.of(SETTINGS),
                Stream.of("spring.webflux.multipart.file-storage-directory=" + temporary)).toArray(String[]::new);
    }

    abstract TestServer server();

    /** Returns where the temporary files are. */
    abstract Path temporary();

    /** Returns where the files are stored. */
    abstract Path directory();

    @AfterEach
    void noTemporaryFileIsLeft() {
        Await.until("no temporary file", () -> temporaryFiles().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"collected", "streamed"})
    void partsComeAsTheyWereSent(String endpoint) {
        HttpResponse<byte[]> response = post("/multipart/" + endpoint, new MultipartBody().field("title", "Größe")
                .file("small", "small.bin", SMALL).file("large", "large.bin", LARGE)
                .part("json", null, "application/json", "{}".getBytes())
                .part("largeJson", null, "application/json", content(50_000)).field("none", ""));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(new String(response.body()).split("\n")).containsExactlyInAnyOrder(
                "title is field Größe, " + UploadEndpoints.sha256("Größe".getBytes()),
                "small is file small.bin, " + UploadEndpoints.sha256(SMALL),
                "large is file large.bin, " + UploadEndpoints.sha256(LARGE),
                "json is part, " + UploadEndpoints.sha256("{}".getBytes()),
                "largeJson is part, " + UploadEndpoints.sha256(content(50_000)),
                "none is field , " + UploadEndpoints.sha256(new byte[0]));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 10_239, 10_240, 10_241, 65_536, 200_000})
    void aPartOfAnySizeIsWhole(int bytes) {
        byte[] content = content(bytes);

        assertThat(post("/multipart/collected", new MultipartBody().file("a", "a.bin", content)).body()).asString()
                .isEqualTo("a is file a.bin, " + UploadEndpoints.sha256(content));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5_000, 3_000_017})
    void aPartBecomesAFileAndCanBeReadOnceMore(int bytes) throws IOException {
        byte[] content = content(bytes);
        Path target = directory().resolve("transferred.bin");
        Files.writeString(target, "what was there before");

        HttpResponse<byte[]> response = post("/multipart/transferred/transferred.bin",
                new MultipartBody().file("file", "a.bin", content));

        assertThat(response.body()).asString()
                .isEqualTo("file is file a.bin, " + UploadEndpoints.sha256(content));
        assertThat(target).hasBinaryContent(content);
    }

    @Test
    void aPartBecomesAsManyFilesAsAreWanted() throws IOException {
        HttpResponse<byte[]> response = post("/multipart/twice/two",
                new MultipartBody().file("file", "a.bin", LARGE));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(directory().resolve("two")).hasBinaryContent(LARGE);
        assertThat(directory().resolve("two-copy")).hasBinaryContent(LARGE);
        try (Stream<Path> files = Files.list(directory())) {
            assertThat(files.map(path -> path.getFileName().toString())).noneMatch(name -> name.startsWith("."));
        }
    }

    @Test
    void aPartThatCannotGoWhereItIsToIsAnError() {
        assertThat(post("/multipart/transferred/none%2Fa.bin", new MultipartBody().file("file", "a.bin", LARGE))
                .statusCode()).isEqualTo(500);
    }

    @Test
    void aDeletedPartIsGone() {
        assertThat(post("/multipart/deleted", new MultipartBody().file("file", "a.bin", LARGE)).body()).asString()
                .isEqualTo("gone");
    }

    /** Spring tells the client the reason only where it resolves an argument. */
    @ParameterizedTest
    @CsvSource({"collected, 500, 500", "streamed, 413, 400"})
    void limitsAreErrorsThatLeaveNothing(String endpoint, int tooMuch, int bad) {
        MultipartBody tooLarge = new MultipartBody().file("a", "a.bin", LARGE).file("b", "b.bin", content(5_000_000))
                .file("c", "c.bin", LARGE);
        MultipartBody tooMany = new MultipartBody().file("a", "a.bin", LARGE);
        for (int i = 0; i < 20; i++) {
            tooMany.field("f" + i, "value");
        }
        MultipartBody longField = new MultipartBody().file("a", "a.bin", LARGE).field("b", "x".repeat(10_500));
        MultipartBody veryLongField = new MultipartBody().field("b", "x".repeat(3_000_000));
        MultipartBody longHeaders = new MultipartBody().file("a", "a.bin", LARGE)
                .file("b", "b".repeat(2000), SMALL);

        assertThat(status(endpoint, tooLarge)).isEqualTo(tooMuch);
        assertThat(status(endpoint, tooMany)).isEqualTo(bad);
        assertThat(status(endpoint, longField)).isEqualTo(tooMuch);
        assertThat(status(endpoint, veryLongField)).isEqualTo(tooMuch);
        assertThat(status(endpoint, longHeaders)).isEqualTo(tooMuch);
    }

    @ParameterizedTest
    @CsvSource({"collected, 500", "streamed, 400"})
    void whatIsNoMultipartBodyIsAnErrorThatLeavesNothing(String endpoint, int bad) {
        assertThat(status(endpoint, MultipartBody.CONTENT_TYPE,
                new MultipartBody().file("a", "a.bin", LARGE).unfinished())).isEqualTo(bad);
        assertThat(status(endpoint, MultipartBody.CONTENT_TYPE, SMALL)).isEqualTo(bad);
        assertThat(status(endpoint, "multipart/form-data", LARGE)).isEqualTo(bad);
    }

    private int status(String endpoint, MultipartBody body) {
        return status(endpoint, MultipartBody.CONTENT_TYPE, body.bytes());
    }

    private int status(String endpoint, String type, byte[] body) {
        return server().send(server().request("/multipart/" + endpoint, "Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))).statusCode();
    }

    @Test
    void eventsAreStoredAsTheyCome() {
        HttpResponse<byte[]> response = post("/events", new MultipartBody().file("a", "event-a.bin", LARGE)
                .field("title", "x").file("b", "event-b.bin", SMALL).file("c", "event-c.bin", new byte[0]));

        assertThat(response.body()).asString().isEqualTo("event-a.bin\nfield\nevent-b.bin\nevent-c.bin");
        assertThat(directory().resolve("event-a.bin")).hasBinaryContent(LARGE);
        assertThat(directory().resolve("event-b.bin")).hasBinaryContent(SMALL);
        assertThat(directory().resolve("event-c.bin")).isEmptyFile();
    }

    HttpResponse<byte[]> post(String path, MultipartBody body) {
        return server().send(body.post(server(), path));
    }

    List<Path> temporaryFiles() {
        return files(temporary());
    }

    /** Lists the files in a directory and one below, whoever removes some meanwhile. */
    static List<Path> files(Path directory) {
        List<Path> files = new ArrayList<>();
        for (File entry : Objects.requireNonNull(directory.toFile().listFiles())) {
            File[] below = entry.listFiles();
            (below == null ? Stream.of(entry) : Stream.of(below)).filter(File::isFile).map(File::toPath)
                    .forEach(files::add);
        }
        return files;
    }

    static byte[] content(int size) {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        return content;
    }
}
