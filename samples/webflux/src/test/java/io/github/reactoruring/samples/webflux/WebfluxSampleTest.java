package io.github.reactoruring.samples.webflux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Talks to the running sample, as a browser does and as an attacker does. */
@Tag("kernel")
class WebfluxSampleTest {

    private static final String SECRET = "the secret beside the directory";

    private static ConfigurableApplicationContext sample;
    private static Path directory;
    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeAll
    static void start(@TempDir Path temporary) throws IOException {
        Files.writeString(temporary.resolve("secret.txt"), SECRET);
        directory = Files.createDirectory(temporary.resolve("shared"));
        Files.writeString(directory.resolve("a file.txt"), "0123456789");
        Files.writeString(Files.createDirectory(directory.resolve("below")).resolve("inner.txt"), "inner");
        Files.createSymbolicLink(directory.resolve("link.txt"), temporary.resolve("secret.txt"));
        Files.createSymbolicLink(directory.resolve("up"), temporary);
        Files.createSymbolicLink(directory.resolve("below/link.txt"), temporary.resolve("secret.txt"));
        Files.createSymbolicLink(directory.resolve("below/up"), temporary);
        sample = SpringApplication.run(WebfluxSample.class, "--server.port=0", "--sample.directory=" + directory,
                "--logging.level.root=WARN");
    }

    @AfterAll
    static void stop() {
        sample.close();
    }

    @Test
    void listsOnlyThePlainFiles() throws Exception {
        String list = get("/api/files").body();

        assertThat(list).contains("a file.txt", "below").doesNotContain("link.txt", "\"up\"", "secret", "inner");
    }

    @Test
    void listsAndServesWhatIsBelow() throws Exception {
        assertThat(get("/api/files/below").body()).contains("\"name\":\"inner.txt\"", "\"directory\":false");
        assertThat(get("/files/below/inner.txt").body()).isEqualTo("inner");
        HttpRequest upload = request("/files/below/new.txt").PUT(HttpRequest.BodyPublishers.ofString("hello")).build();
        assertThat(client.send(upload, text()).statusCode()).isEqualTo(201);
        assertThat(directory.resolve("below/new.txt")).hasContent("hello");
    }

    @Test
    void downloadsAFileAndAPartOfIt() throws Exception {
        HttpResponse<String> whole = get("/files/a%20file.txt");

        assertThat(whole.body()).isEqualTo("0123456789");
        assertThat(whole.headers().firstValue("Content-Disposition").orElse("")).startsWith("attachment");
        assertThat(client.send(request("/files/a%20file.txt").header("Range", "bytes=2-4").build(), text()).body())
                .isEqualTo("234");
    }

    @Test
    void storesAFileOnce() throws Exception {
        HttpRequest upload = request("/files/new.txt").PUT(HttpRequest.BodyPublishers.ofString("hello")).build();

        assertThat(client.send(upload, text()).statusCode()).isEqualTo(201);
        assertThat(client.send(upload, text()).statusCode()).isEqualTo(409);
        assertThat(directory.resolve("new.txt")).hasContent("hello");
    }

    @Test
    void storesAnEmptyFile() throws Exception {
        HttpRequest upload = request("/files/nothing").PUT(HttpRequest.BodyPublishers.noBody()).build();

        assertThat(client.send(upload, text()).statusCode()).isEqualTo(201);
        assertThat(directory.resolve("nothing")).isEmptyFile();
    }

    @Test
    void followsALogLive() throws Exception {
        Path log = Files.writeString(directory.resolve("app.log"), "one\n");
        HttpResponse<java.io.InputStream> events = client.send(request("/api/follow/app.log").build(),
                HttpResponse.BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(events.body()))) {
            assertThat(lines.readLine()).isEqualTo("event:began");
            assertThat(lines.readLine()).isEqualTo("data:{\"text\":\"\"}");
            assertThat(lines.readLine()).isEmpty();
            assertThat(lines.readLine()).isEqualTo("data:{\"text\":\"one\"}");
            Files.writeString(log, "  two\n", StandardOpenOption.APPEND);
            assertThat(lines.readLine()).isEmpty();
            assertThat(lines.readLine()).isEqualTo("data:{\"text\":\"  two\"}");
        }
    }

    @Test
    void drops200StreamsByOneCancel() throws Exception {
        assertThat(post("/api/streams/open")).isEqualTo("{\"streams\":200}");
        assertThat(post("/api/streams/open")).isEqualTo("{\"streams\":0}");
        assertThat(post("/api/streams/drop"))
                .isEqualTo("{\"disposals\":200,\"cancelSqes\":1,\"allCancelSqes\":1,\"cancelled\":200}");
        assertThat(post("/api/streams/drop")).contains("\"disposals\":0");
    }

    @Test
    void showsTheRingLive() throws Exception {
        HttpResponse<java.io.InputStream> events = client.send(request("/api/ring").build(),
                HttpResponse.BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(events.body()))) {
            assertThat(lines.readLine()).startsWith("data:{").contains("\"inFlight\":", "\"allCancelSqes\":");
        }
    }

    @Test
    void servesItsPageWithoutAnyOtherSite() throws Exception {
        StringBuilder page = new StringBuilder();
        for (String part : List.of("index.html", "app.css", "app.js", "files.js", "log.js", "names.js", "plot.js",
                "ring.js", "upload.js")) {
            HttpResponse<String> answer = get("/" + part);
            assertThat(answer.statusCode()).as(part).isEqualTo(200);
            page.append(answer.body());
        }

        assertThat(page).contains("The ring at work").doesNotContain("http:", "https:", "//cdn");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/files/../secret.txt", "/files/..%2Fsecret.txt", "/files/..%2fsecret.txt",
            "/files/%2e%2e/secret.txt", "/files/%2e%2e%2fsecret.txt", "/files/..%252fsecret.txt",
            "/files/%c0%ae%c0%ae%c0%afsecret.txt", "/files/..%5csecret.txt", "/files/..\\secret.txt",
            "/files/..;/secret.txt", "/files//secret.txt", "/files/below//inner.txt", "/files/below%2finner.txt",
            "/files/below/../../secret.txt", "/files/below/..%2f..%2fsecret.txt", "/files/below/%2e%2e/a%20file.txt",
            "/files/below;/../../secret.txt", "/files/below/link.txt", "/files/below/up/shared/a%20file.txt",
            "/files/up/shared/a%20file.txt", "/files/below", "/files/below/", "/files", "/files/", "/api/files/up",
            "/api/files/..", "/api/files/%2e%2e", "/api/files/below%2f..%2f..", "/api/files//",
            "/api/files/a%20file.txt",
            "/api/follow/up/secret.txt", "/api/follow/below",
            "/files/.", "/files/..", "/files/%2e", "/files/link.txt", "/files/up/secret.txt", "/files/up%2fsecret.txt",
            "/files/secret.txt%00.txt", "/files/a%20file.txt%00", "/../secret.txt", "/static/../../secret.txt",
            "/..%2f..%2fsecret.txt", "/api/follow/..%2fsecret.txt", "/api/follow/link.txt",
            "/api/follow/a%00", "//etc/passwd", "/files/%2fetc%2fpasswd"})
    void givesNothingFromElsewhere(String target) throws Exception {
        String answer = raw("GET " + target + " HTTP/1.1\r\n", "");

        assertThat(answer).matches("(?s)HTTP/1\\.1 4\\d\\d .*").doesNotContain(SECRET, "root:");
    }

    @Test
    void givesNothingByAnAbsolutePath() throws Exception {
        String path = directory.resolveSibling("secret.txt").toString();

        assertThat(raw("GET /files" + path + " HTTP/1.1\r\n", "")).startsWith("HTTP/1.1 4").doesNotContain(SECRET);
        assertThat(raw("GET /files/" + path.replace("/", "%2F") + " HTTP/1.1\r\n", "")).startsWith("HTTP/1.1 4")
                .doesNotContain(SECRET);
    }

    @ParameterizedTest
    @ValueSource(strings = {"..%2Fevil.txt", "%2e%2e%2fevil.txt", "below%2Fevil.txt", "link.txt", "up%2fevil.txt",
            "up/evil.txt", "below/../../evil.txt", "below/%2e%2e/%2e%2e/evil.txt", "below/up/evil.txt",
            "nowhere/evil.txt",
            "below", "",
            "evil%00.txt", "%2Ftmp%2Fevil.txt", ".hidden", ".."})
    void storesNothingElsewhere(String name) throws Exception {
        String answer = raw("PUT /files/" + name + " HTTP/1.1\r\n", "evil");

        assertThat(answer).startsWith("HTTP/1.1 4");
        assertThat(directory.resolveSibling("evil.txt")).doesNotExist();
        assertThat(directory.resolve("below/evil.txt")).doesNotExist();
        assertThat(Path.of("/tmp/evil.txt")).doesNotExist();
        assertThat(directory.resolveSibling("secret.txt")).hasContent(SECRET);
    }

    @Test
    void listensOnThisMachineOnly() {
        assertThat(sample.getEnvironment().getProperty("server.address")).isEqualTo("127.0.0.1");
    }

    private static int port() {
        return Integer.parseInt(sample.getEnvironment().getProperty("local.server.port", ""));
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(request(path).build(), text());
    }

    private String post(String path) throws Exception {
        return client.send(request(path).POST(HttpRequest.BodyPublishers.noBody()).build(), text()).body();
    }

    private static HttpResponse.BodyHandler<String> text() {
        return HttpResponse.BodyHandlers.ofString();
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .timeout(Duration.ofSeconds(20));
    }

    /** Sends the request line as it is: a client library would tidy it. */
    private static String raw(String requestLine, String body) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write((requestLine + "Host: localhost\r\nConnection: close\r\nContent-Length: "
                    + body.length() + "\r\n\r\n" + body).getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
