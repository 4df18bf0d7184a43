package io.github.reactoruring.spring;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import io.github.reactoruring.Uring;
import io.github.reactoruring.testing.Await;

/** Runs {@link FileApplication} on Netty at a port of its own, over a directory. */
public final class TestServer implements AutoCloseable {

    private final ConfigurableApplicationContext context;
    private final HttpClient client = newClient();
    private boolean reuse = true;

    private TestServer(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** Starts it; {@code properties} are like {@code reactor-uring.rings=2}. */
    public static TestServer start(Path directory, String... properties) {
        return start(directory, List.of(), properties);
    }

    /** Starts it with {@code configuration} beside its own. */
    public static TestServer start(Path directory, List<Class<?>> configuration, String... properties) {
        List<String> all = new ArrayList<>(List.of("server.port=0", "server.address=127.0.0.1",
                FileApplication.DIRECTORY + "=" + directory, "spring.webflux.static-path-pattern=/static/**",
                "spring.web.resources.static-locations=" + directory.toUri(),
                "spring.main.banner-mode=off", "logging.level.root=WARN",
                "spring.reactor.netty.shutdown-quiet-period=0s"));
        all.addAll(List.of(properties));
        SpringApplication application = new SpringApplicationBuilder(FileApplication.class)
                .sources(configuration.toArray(Class<?>[]::new))
                .web(WebApplicationType.REACTIVE)
                .registerShutdownHook(false)
                .build();
        String[] arguments = all.stream().map(property -> "--" + property).toArray(String[]::new);
        return new TestServer(application.run(arguments));
    }

    /** Returns the application's context. */
    public ConfigurableApplicationContext context() {
        return context;
    }

    /** Returns the application's ring. */
    public Uring uring() {
        return context.getBean(Uring.class);
    }

    /** Returns the port it listens at. */
    public int port() {
        return Integer.parseInt(context.getEnvironment().getProperty("local.server.port", ""));
    }

    /** Gets {@code path}; {@code headers} are names and values in turn. */
    public HttpResponse<byte[]> get(String path, String... headers) {
        return send(request(path, headers).GET());
    }

    /** Puts nothing to {@code path}; {@code headers} are names and values in turn. */
    public HttpResponse<byte[]> put(String path, String... headers) {
        return send(request(path, headers).PUT(HttpRequest.BodyPublishers.noBody()));
    }

    HttpResponse<byte[]> head(String path, String... headers) {
        return send(request(path, headers).HEAD());
    }

    HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .timeout(Duration.ofSeconds(20));
        return headers.length == 0 ? request : request.headers(headers);
    }

    /**
     * Sends each request over a connection of its own: a connection of reactor-netty before 1.3.8 that is used again at
     * once may read no further (its issue 4361), whoever wrote the answer.
     */
    TestServer withFreshConnections() {
        reuse = false;
        return this;
    }

    private static HttpClient newClient() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    HttpResponse<byte[]> send(HttpRequest.Builder request) {
        if (reuse) {
            return send(client, request);
        }
        try (HttpClient fresh = newClient()) {
            return send(fresh, request);
        }
    }

    private static HttpResponse<byte[]> send(HttpClient client, HttpRequest.Builder request) {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits until its ring has nothing in flight. */
    public void awaitIdle() {
        Await.until("an idle ring", () -> uring().stats().inFlight() == 0);
    }

    /** Runs curl and returns what it wrote to its output. */
    static byte[] curl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("curl", "--silent", "--show-error", "--max-time", "30"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (InputStream output = process.getInputStream()) {
            byte[] bytes = output.readAllBytes();
            if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError(command + " ended with " + process.exitValue());
            }
            return bytes;
        }
    }

    @Override
    public void close() {
        client.close();
        context.close();
    }
}
