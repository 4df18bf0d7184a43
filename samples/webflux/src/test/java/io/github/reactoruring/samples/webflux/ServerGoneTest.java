package io.github.reactoruring.samples.webflux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stops the server under an open page and starts another in its place; and looks at one without a ring. */
@NeedsBrowser
class ServerGoneTest {

    @Test
    void saysThatTheServerIsGoneAndGoesOnWithTheNext(@TempDir Path temporary) throws IOException {
        try (BrowsedSample sample = BrowsedSample.start(temporary)) {
            Browser browser = sample.browser();
            browser.show(1280, 900, false);
            sample.open();
            browser.named("button", "Follow app.log").click();
            browser.awaitText("log", "started");
            browser.byId("file").sendKeys(Files.writeString(temporary.resolve("late.txt"), "late").toString());
            int port = sample.port();

            sample.stopServer();
            browser.awaitText("ring-state", "The server does not answer. Trying again");
            browser.awaitText("log-state", "The server has left app.log.");
            browser.named("button", "Open 200 followed streams").click();
            browser.awaitText("dropped", "The server does not answer.");
            browser.named("button", "Upload").click();
            browser.awaitText("message", "The connection broke: the file was not stored.");
            browser.awaitText("files-state", "The server does not answer. Trying again");
            browser.picture("server-gone");

            sample.startServerAt(port);
            browser.awaitText("ring-state", "Live");
            assertThat(browser.byId("ring").getDomAttribute("class")).doesNotContain("stale");
            browser.await("the files are told of again", () -> browser.text("files-state").isEmpty());
            browser.named("button", "Upload").click();
            browser.awaitText("message", "late.txt is stored.");
            browser.await("the files are listed again", () -> browser.text("files").contains("late.txt"));
        }
    }

    @Test
    void saysThatThereIsNoRingAndServesTheFilesAllTheSame(@TempDir Path temporary) throws IOException {
        try (BrowsedSample sample = BrowsedSample.start(temporary, "--reactor-uring.enabled=false")) {
            Browser browser = sample.browser();
            browser.show(1280, 900, false);
            browser.driver().get(sample.address("/"));

            browser.awaitText("ring-state", "There is no io_uring here");
            assertThat(browser.byId("open").isEnabled()).isFalse();
            browser.await("the files are listed", () -> browser.text("files").contains("app.log"));
            browser.named("link", "app.log").click();
            Path downloaded = sample.downloads().resolve("app.log");
            browser.await("it is there", () -> Files.exists(downloaded));
            browser.named("button", "Follow app.log").click();
            browser.awaitText("log-state", "app.log cannot be followed");
            browser.byId("file").sendKeys(Files.writeString(temporary.resolve("plain.txt"), "plain").toString());
            browser.named("button", "Upload").click();
            browser.awaitText("message", "plain.txt is stored.");
            assertThat(sample.directory().resolve("plain.txt")).hasContent("plain");
            browser.picture("no-ring");
        }
    }
}
