package io.github.reactoruring.samples.webflux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

import io.github.reactoruring.Uring;

/** Is the sample with a browser before it, on a directory with something of every kind. */
final class BrowsedSample implements AutoCloseable {

    static final String LONG_NAME = "a report whose name says all that it says ".repeat(5) + "and that.txt";

    private final Path directory;
    private final Path downloads;
    private final Browser browser;
    private ConfigurableApplicationContext application;

    private BrowsedSample(Path directory, Path downloads, Browser browser, ConfigurableApplicationContext application) {
        this.directory = directory;
        this.downloads = downloads;
        this.browser = browser;
        this.application = application;
    }

    static BrowsedSample start(Path temporary, String... arguments) throws IOException {
        Path directory = Files.createDirectory(temporary.resolve("shared"));
        Files.writeString(directory.resolve("app.log"), "12:00:01 started\n    at an indented line\n");
        Files.createFile(directory.resolve("empty.txt"));
        Files.write(directory.resolve("noise.bin"), new byte[]{(byte) 0xff, (byte) 0xfe, '\n'});
        Files.writeString(directory.resolve(LONG_NAME), "short");
        Files.writeString(directory.resolve("50 % off & <b>bold #1.txt"), "plain");
        Path below = Files.createDirectories(directory.resolve("reports/of 2026"));
        Files.writeString(below.resolve("summer.txt"), "warm");
        Path many = Files.createDirectory(directory.resolve("many"));
        for (int i = 1; i <= 600; i++) {
            Files.createFile(many.resolve("part-%04d".formatted(i)));
        }
        Browser browser = Browser.start(temporary);
        return new BrowsedSample(directory, Browser.downloads(temporary), browser, run(directory, 0, arguments));
    }

    private static ConfigurableApplicationContext run(Path directory, int port, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--server.port=" + port, "--sample.directory=" + directory,
                "--logging.level.root=WARN"));
        all.addAll(List.of(arguments));
        return SpringApplication.run(WebfluxSample.class, all.toArray(String[]::new));
    }

    Path directory() {
        return directory;
    }

    Path downloads() {
        return downloads;
    }

    Browser browser() {
        return browser;
    }

    Uring uring() {
        return application.getBean(Uring.class);
    }

    int port() {
        return Integer.parseInt(application.getEnvironment().getProperty("local.server.port", ""));
    }

    String address(String path) {
        return "http://127.0.0.1:" + port() + path;
    }

    /** Opens the page anew, when the page before has left nothing in flight, and waits until it is live. */
    void open() {
        browser.driver().get("about:blank");
        browser.await("nothing is in flight", () -> uring().stats().inFlight() == 0);
        browser.driver().get(address("/"));
        browser.awaitText("ring-state", "Live");
        browser.await("the files are listed", () -> browser.text("files-state").isEmpty());
    }

    void stopServer() {
        application.close();
    }

    /** Starts it at the same address, after {@link #stopServer}. */
    void startServerAt(int port) {
        application = run(directory, port);
    }

    @Override
    public void close() {
        browser.close();
        application.close();
    }
}
