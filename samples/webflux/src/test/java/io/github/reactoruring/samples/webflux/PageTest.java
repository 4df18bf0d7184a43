package io.github.reactoruring.samples.webflux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;

import io.github.reactoruring.UringStats;

/** Uses the page as people do, with a mouse. */
@NeedsBrowser
class PageTest {

    private static BrowsedSample sample;
    private static Browser browser;

    @BeforeAll
    static void start(@TempDir Path temporary) throws IOException {
        sample = BrowsedSample.start(temporary);
        browser = sample.browser();
    }

    @AfterAll
    static void stop() {
        sample.close();
    }

    @BeforeEach
    void open() {
        browser.show(1280, 900, false);
        sample.open();
    }

    @AfterEach
    void nothingWasAskedOfOthersAndNothingComplainedOf() {
        assertThat(browser.requested()).isNotEmpty().allSatisfy(address -> assertThat(address.toString())
                .matches("about:blank|http://127\\.0\\.0\\.1:" + sample.port() + "/.*"));
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void browsesDirectoriesThereAndBack() {
        browser.named("link", "reports/").click();
        browser.await("what is in it", () -> browser.text("files").contains("of 2026/"));
        browser.named("link", "of 2026/").click();
        browser.await("what is in that", () -> browser.text("files").contains("summer.txt"));
        assertThat(browser.text("path")).containsIgnoringNewLines("files", "reports", "of 2026");

        browser.driver().navigate().back();
        browser.await("the one before", () -> browser.text("files").contains("of 2026/"));
        browser.named("link", "files").click();
        browser.await("the first", () -> browser.text("files").contains("app.log"));
    }

    @Test
    void downloadsAFile() throws IOException {
        byte[] content = random(5_000_003);
        Files.write(sample.directory().resolve("reports/big file.bin"), content);
        browser.named("link", "reports/").click();
        browser.await("the file", () -> browser.text("files").contains("big file.bin"));
        assertThat(browser.text("files")).contains("5.0 MB");

        browser.named("link", "big file.bin").click();

        Path downloaded = sample.downloads().resolve("big file.bin");
        browser.await("a file as long", () -> downloaded.toFile().length() == content.length);
        assertThat(downloaded).hasBinaryContent(content);
    }

    @Test
    void downloadsFilesOfAnyNameAndAnEmptyOne() {
        for (String name : new String[]{"50 % off & <b>bold #1.txt", "empty.txt"}) {
            browser.named("link", name).click();
        }
        // Chromium itself replaces what some other system does not take in a name.
        browser.await("both", () -> {
            String[] names = sample.downloads().toFile().list();
            return names != null && List.of(names).contains("empty.txt")
                    && Stream.of(names).anyMatch(name -> name.startsWith("50 % off"));
        });
        assertThat(browser.text("files")).contains("0 B");
    }

    @Test
    void uploadsAFileWithProgress(@TempDir Path mine) throws IOException {
        byte[] content = random(3_000_001);
        browser.limitUpload(1_000_000);
        browser.byId("file").sendKeys(Files.write(mine.resolve("my holiday.jpg"), content).toString());
        browser.named("button", "Upload").click();

        browser.await("some progress", () -> {
            double value = Double.parseDouble(browser.byId("progress").getDomProperty("value"));
            return browser.byId("progress").isDisplayed() && value > 0 && value < 1;
        });
        assertThat(browser.text("sent")).matches("[\\d.]+ k?M?B of 3\\.0 MB");
        browser.picture("uploading");
        browser.limitUpload(0);

        browser.awaitText("message", "my holiday.jpg is stored.");
        assertThat(sample.directory().resolve("my holiday.jpg")).hasBinaryContent(content);
        assertThat(browser.byId("progress").isDisplayed()).isFalse();
        browser.await("it is listed", () -> browser.text("files").contains("my holiday.jpg"));
    }

    @Test
    void uploadsAnEmptyFile(@TempDir Path mine) throws IOException {
        browser.byId("file").sendKeys(Files.createFile(mine.resolve("nothing.txt")).toString());
        browser.named("button", "Upload").click();

        browser.awaitText("message", "nothing.txt is stored.");
        assertThat(sample.directory().resolve("nothing.txt")).isEmptyFile();
    }

    @Test
    void leavesNothingOfACancelledUpload(@TempDir Path mine) throws IOException {
        browser.limitUpload(500_000);
        browser.byId("file").sendKeys(Files.write(mine.resolve("never.bin"), random(5_000_000)).toString());
        browser.named("button", "Upload").click();
        Path stored = sample.directory().resolve("never.bin");
        browser.await("a part is stored", () -> stored.toFile().length() > 0);

        browser.named("button", "Cancel").click();

        browser.awaitText("message", "was cancelled");
        browser.limitUpload(0);
        browser.await("nothing is left", () -> Files.notExists(stored));
    }

    @Test
    void leavesAFileOfTheSameNameAsItWas(@TempDir Path mine) throws IOException {
        Path known = Files.writeString(sample.directory().resolve("known.txt"), "mine");
        sample.open();
        browser.byId("file").sendKeys(Files.writeString(mine.resolve("known.txt"), "other").toString());
        browser.named("button", "Upload").click();
        browser.awaitText("message", "There is a file known.txt already: nothing was sent.");

        Path unknown = Files.writeString(sample.directory().resolve("unknown.txt"), "mine");
        browser.byId("file").sendKeys(Files.write(mine.resolve("unknown.txt"), random(20_000_000)).toString());
        browser.named("button", "Upload").click();
        browser.awaitText("message", "There is a file unknown.txt already: it was left as it is.");

        assertThat(known).hasContent("mine");
        assertThat(unknown).hasContent("mine");
        assertThat(browser.complaints()).singleElement().asString().contains("409");
    }

    @Test
    void saysThatANameIsRefused(@TempDir Path mine) throws IOException {
        browser.byId("file").sendKeys(Files.write(mine.resolve(".profile"), random(20_000_000)).toString());
        browser.named("button", "Upload").click();

        browser.awaitText("message", "The server takes no file of the name .profile.");
        assertThat(browser.complaints()).singleElement().asString().contains("400");
    }

    @Test
    void followsALogLive() throws IOException {
        browser.named("button", "Follow app.log").click();
        browser.awaitText("log-state", "Following app.log.");
        browser.awaitText("log", "12:00:01 started\n    at an indented line");

        Files.writeString(sample.directory().resolve("app.log"), "12:00:02 one more\n",
                StandardOpenOption.APPEND);
        browser.awaitText("log", "12:00:02 one more");

        browser.named("button", "Stop following").click();
        browser.awaitText("log-state", "is not followed any more");
        browser.await("the server has left it", () -> sample.uring().stats().inFlight() == 0);
    }

    @Test
    void tellsWhatCannotBeFollowed() throws IOException {
        browser.named("button", "Follow noise.bin").click();
        browser.awaitText("log-state", "noise.bin cannot be followed. It is no UTF-8 text.");

        browser.named("button", "Follow empty.txt").click();
        browser.awaitText("log-state", "Following empty.txt.");
        assertThat(browser.text("log")).isEmpty();
        Files.writeString(sample.directory().resolve("empty.txt"), "no more\n");
        browser.awaitText("log", "no more");
        Files.writeString(sample.directory().resolve("empty.txt"), "");
    }

    @Test
    void followsALongLogFromNowOn() throws IOException {
        Path log = Files.writeString(sample.directory().resolve("reports/long.log"), "old line\n".repeat(200_000));
        browser.named("link", "reports/").click();
        browser.await("it is listed", () -> browser.text("files").contains("long.log"));
        browser.named("button", "Follow long.log").click();
        browser.awaitText("log-state", "From now on");
        browser.await("a line that came after", () -> {
            append(log);
            return browser.text("log").contains("new line");
        });
        assertThat(browser.text("log")).doesNotContain("old line");
    }

    @Test
    void findsOneOfManyFiles() {
        browser.named("link", "many/").click();
        browser.awaitText("files-state", "The first 500 of 600");

        browser.named("searchbox", "Names with").sendKeys("0599");
        browser.await("only that one", () -> browser.driver().findElements(By.cssSelector("#files tr")).size() == 1);
        assertThat(browser.text("files")).contains("part-0599");
        browser.named("searchbox", "Names with").sendKeys("nothing like that");
        browser.awaitText("files-state", "No name contains that.");
    }

    @Test
    void drops200StreamsByOneAllCancel() {
        browser.named("button", "Open 200 followed streams").click();
        browser.awaitText("dropped", "200 streams wait for data.");
        browser.await("200 are in flight", () -> browser.text("in-flight").equals("200"));
        browser.await("the plot shows them", () -> lastHeight("plot-flight") < firstHeight("plot-flight") - 20);
        browser.picture("streams-open");
        UringStats before = sample.uring().stats();

        browser.named("button", "Drop them all").click();

        browser.awaitText("dropped", "200 disposals, 1 ALL cancel.");
        UringStats after = sample.uring().stats();
        assertThat(after.disposals() - before.disposals()).isEqualTo(200);
        assertThat(after.cancelSqes() - before.cancelSqes()).isEqualTo(1);
        assertThat(after.allCancelSqes() - before.allCancelSqes()).isEqualTo(1);
        browser.await("the counters", () -> browser.text("disposals").equals(grouped(after.disposals()))
                && browser.text("cancels").equals(grouped(after.cancelSqes()))
                && browser.text("all").equals(grouped(after.allCancelSqes())) && browser.text("in-flight").equals("0"));
        browser.picture("streams-dropped");
    }

    @Test
    void plotsMoveWhileTheRingWorks() throws Exception {
        String before = browser.byId("plot-rate").getDomProperty("innerHTML");
        Files.write(sample.directory().resolve("work.bin"), random(30_000_000));
        HttpRequest download = HttpRequest.newBuilder(URI.create(sample.address("/files/work.bin"))).build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            assertThat(client.send(download, HttpResponse.BodyHandlers.ofByteArray()).statusCode()).isEqualTo(200);
        }

        browser.await("completions were seen", () -> highest("plot-rate") < firstHeight("plot-rate") - 20);
        assertThat(browser.byId("plot-rate").getDomProperty("innerHTML")).isNotEqualTo(before);
        Files.delete(sample.directory().resolve("work.bin"));
    }

    private static void append(Path log) {
        try {
            Files.writeString(log, "new line\n", StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String grouped(long number) {
        return String.format(Locale.ENGLISH, "%,d", number);
    }

    /** Heights count from above. */
    private static double lastHeight(String plot) {
        return height(plot, "p.numberOfItems - 1");
    }

    private static double firstHeight(String plot) {
        return height(plot, "0");
    }

    private static double height(String plot, String index) {
        return browser.<Number>evaluate("const p = document.querySelector('#' + arguments[0] + ' polyline').points;"
                + "return p.getItem(" + index + ").y", plot).doubleValue();
    }

    private static double highest(String plot) {
        return browser.<Number>evaluate("return Math.min(...Array.from(document.querySelector('#' + arguments[0]"
                + " + ' polyline').points, point => point.y))", plot).doubleValue();
    }

    private static byte[] random(int length) {
        byte[] content = new byte[length];
        new Random(length).nextBytes(content);
        return content;
    }
}
