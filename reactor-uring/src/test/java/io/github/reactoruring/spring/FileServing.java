package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPInputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.io.ClassPathResource;

/** What a client sees of an application's files, whoever reads them: with a ring, and without. */
abstract class FileServing {

    static final byte[] LARGE = content(5_000_003);
    static final byte[] SMALL = "0123456789".getBytes();

    /** Puts there what the tests ask for. */
    static Path fill(Path directory) throws IOException {
        Files.write(directory.resolve("large.bin"), LARGE);
        Files.write(directory.resolve("small.txt"), SMALL);
        Files.write(directory.resolve("empty.txt"), new byte[0]);
        Files.writeString(directory.resolve("words.txt"), "word ".repeat(100_000));
        return directory;
    }

    abstract TestServer server();

    @ParameterizedTest
    @ValueSource(strings = {"annotated", "functional", "static", "conditional"})
    void aFileComesWholeWithItsLengthAndType(String endpoint) {
        HttpResponse<byte[]> large = server().get("/" + endpoint + "/large.bin");
        HttpResponse<byte[]> small = server().get("/" + endpoint + "/small.txt");

        assertThat(large.statusCode()).isEqualTo(200);
        assertThat(large.body()).isEqualTo(LARGE);
        assertThat(header(large, "Content-Length")).isEqualTo("5000003");
        assertThat(header(large, "Content-Type")).isEqualTo("application/octet-stream");
        assertThat(header(large, "Accept-Ranges")).isEqualTo("bytes");
        assertThat(small.body()).isEqualTo(SMALL);
        assertThat(header(small, "Content-Type")).startsWith("text/plain");
    }

    @ParameterizedTest
    @ValueSource(strings = {"annotated", "functional", "static"})
    void anEmptyFileIsAnEmptyAnswer(String endpoint) {
        HttpResponse<byte[]> response = server().get("/" + endpoint + "/empty.txt");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"annotated", "functional", "static"})
    void aRangeIsThatPartOfTheFile(String endpoint) {
        HttpResponse<byte[]> large = server().get("/" + endpoint + "/large.bin", "Range", "bytes=1000000-3999999");
        HttpResponse<byte[]> rest = server().get("/" + endpoint + "/large.bin", "Range", "bytes=5000000-");
        HttpResponse<byte[]> suffix = server().get("/" + endpoint + "/large.bin", "Range", "bytes=-100000");

        assertThat(large.statusCode()).isEqualTo(206);
        assertThat(large.body()).isEqualTo(Arrays.copyOfRange(LARGE, 1_000_000, 4_000_000));
        assertThat(header(large, "Content-Range")).isEqualTo("bytes 1000000-3999999/5000003");
        assertThat(header(large, "Content-Length")).isEqualTo("3000000");
        assertThat(rest.body()).isEqualTo(Arrays.copyOfRange(LARGE, 5_000_000, 5_000_003));
        assertThat(header(rest, "Content-Range")).isEqualTo("bytes 5000000-5000002/5000003");
        assertThat(suffix.body()).isEqualTo(Arrays.copyOfRange(LARGE, 4_900_003, 5_000_003));
    }

    @ParameterizedTest
    @ValueSource(strings = {"annotated", "functional"})
    void severalRangesAreAMultipartBody(String endpoint) {
        HttpResponse<byte[]> response = server().get("/" + endpoint + "/small.txt", "Range", "bytes=0-1,4-5,-2");

        assertThat(response.statusCode()).isEqualTo(206);
        String type = header(response, "Content-Type");
        assertThat(type).startsWith("multipart/byteranges;boundary=");
        String boundary = type.substring(type.indexOf('=') + 1).replace("\"", "");
        String part = "\r\n--" + boundary + "\r\nContent-Type: text/plain\r\nContent-Range: bytes ";
        assertThat(new String(response.body())).isEqualTo(part + "0-1/10\r\n\r\n01" + part + "4-5/10\r\n\r\n45" + part
                + "8-9/10\r\n\r\n89\r\n--" + boundary + "--");
    }

    @ParameterizedTest
    @ValueSource(strings = {"annotated", "functional"})
    void aRangeBehindTheEndCannotBeSatisfied(String endpoint) {
        assertThat(server().get("/" + endpoint + "/small.txt", "Range", "bytes=10-").statusCode()).isEqualTo(416);
        assertThat(server().get("/" + endpoint + "/small.txt", "Range", "nonsense").statusCode()).isEqualTo(416);
        assertThat(server().get("/" + endpoint + "/small.txt", "Range", "bytes=9-").body()).asString().isEqualTo("9");
    }

    @ParameterizedTest
    @ValueSource(strings = {"annotated", "functional", "static", "conditional"})
    void aHeadTellsTheLengthAndSendsNothing(String endpoint) {
        HttpResponse<byte[]> response = server().head("/" + endpoint + "/large.bin");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(header(response, "Content-Length")).isEqualTo("5000003");
        assertThat(response.body()).isEmpty();
    }

    @Test
    void aFileThatTheClientHasIsNotSentAgain() {
        assertThat(server().get("/conditional/large.bin", "If-None-Match", "\"v1\"").statusCode()).isEqualTo(304);
        assertThat(server().get("/conditional/large.bin", "If-None-Match", "\"v0\"").body()).isEqualTo(LARGE);
        assertThat(server().get("/conditional/large.bin", "If-Modified-Since", "Wed, 01 Jan 2020 00:00:00 GMT")
                .statusCode()).isEqualTo(304);
        assertThat(server().get("/static/large.bin", "If-Modified-Since", httpDate(ZonedDateTime.now().plusDays(1)))
                .statusCode()).isEqualTo(304);
        assertThat(server().get("/static/large.bin", "If-Modified-Since", httpDate(ZonedDateTime.now().minusDays(1)))
                .body()).isEqualTo(LARGE);
    }

    @Test
    void whatIsNoFileIsServedToo() throws Exception {
        assertThat(server().get("/memory").body()).asString().isEqualTo("in memory");
        assertThat(server().get("/memory", "Range", "bytes=3-").body()).asString().isEqualTo("memory");
        assertThat(server().get("/jar").body())
                .isEqualTo(new ClassPathResource("org/springframework/core/io/Resource.class").getContentAsByteArray());
    }

    @Test
    void anErrorsBodyIsNotCutToARange() {
        HttpResponse<byte[]> response = server().get("/refused/small.txt");

        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(response.body()).isEqualTo(SMALL);
    }

    @Test
    void aFileThatIsNotThereIsAnErrorBeforeTheFirstByte() {
        assertThat(server().get("/static/none.bin").statusCode()).isEqualTo(404);
        assertThat(server().get("/annotated/none.bin").statusCode()).isEqualTo(500);
        assertThat(server().get("/ping").body()).asString().isEqualTo("pong");
    }

    @Test
    void aBodyIsStoredAsAFile() {
        HttpResponse<byte[]> stored = server().send(server().request("/files/stored.bin")
                .PUT(HttpRequest.BodyPublishers.ofByteArray(LARGE)));

        assertThat(stored.statusCode()).isEqualTo(200);
        assertThat(server().get("/annotated/stored.bin").body()).isEqualTo(LARGE);
    }

    @Test
    void curlResumesADownload() throws Exception {
        String url = "http://127.0.0.1:" + server().port() + "/annotated/large.bin";

        assertThat(TestServer.curl("--range", "4999990-", url))
                .isEqualTo(Arrays.copyOfRange(LARGE, 4_999_990, 5_000_003));
        assertThat(TestServer.curl(url)).isEqualTo(LARGE);
    }

    @Test
    void compressionIsLeftToTheServer() throws Exception {
        HttpResponse<byte[]> response = server().get("/annotated/words.txt", "Accept-Encoding", "gzip");

        assertThat(header(response, "Content-Encoding")).isEqualTo("gzip");
        assertThat(response.body().length).isLessThan(10_000);
        assertThat(new GZIPInputStream(new ByteArrayInputStream(response.body())).readAllBytes()).asString()
                .isEqualTo("word ".repeat(100_000));
    }

    static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    private static String httpDate(ZonedDateTime time) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(time.withZoneSameInstant(ZoneOffset.UTC));
    }

    private static byte[] content(int size) {
        byte[] content = new byte[size];
        new Random(1).nextBytes(content);
        return content;
    }
}
