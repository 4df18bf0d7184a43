package io.github.reactoruring.samples.webflux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;

import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.json.Json;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;

/** Is a headless Chromium of the machine's own, which remembers what it asked of which server. */
final class Browser implements AutoCloseable {

    static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    static final Path DRIVER = Path.of("/usr/bin/chromedriver");

    /** Held, or its level would be lost: it warns that it has no names for the newest Chromium's own commands. */
    private static final Logger NAMES = Logger.getLogger("org.openqa.selenium.devtools.CdpVersionFinder");

    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");

    private final ChromeDriver driver;
    private final List<URI> requested = new ArrayList<>();

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    /** Starts one with a profile and downloads of its own below the directory. */
    static Browser start(Path directory) {
        NAMES.setLevel(Level.SEVERE);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM.toFile());
        options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-dev-shm-usage", "--user-data-dir=" + directory.resolve("profile"));
        options.setExperimentalOption("prefs", Map.of("download.default_directory", downloads(directory).toString()));
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        logs.enable(LogType.PERFORMANCE, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        ChromeDriverService service = new ChromeDriverService.Builder().usingDriverExecutable(DRIVER.toFile())
                .usingAnyFreePort().withSilent(true).build();
        Browser browser = new Browser(new ChromeDriver(service, options));
        // Its own page for new tabs is none of ours.
        browser.driver.get("about:blank");
        browser.requested();
        browser.requested.clear();
        return browser;
    }

    static Path downloads(Path directory) {
        return directory.resolve("downloads");
    }

    ChromeDriver driver() {
        return driver;
    }

    WebElement byId(String id) {
        return driver.findElement(By.id(id));
    }

    WebElement named(String role, String name) {
        return driver.findElements(By.cssSelector("a, button, input, [role], [tabindex]")).stream()
                .filter(element -> element.isDisplayed() && role.equals(element.getAriaRole())
                        && name.equals(element.getAccessibleName()))
                .findFirst().orElseThrow(() -> new AssertionError("there is no " + role + " named " + name));
    }

    String text(String id) {
        return byId(id).getText();
    }

    void awaitText(String id, String expected) {
        await(id + " shows: " + expected, () -> text(id).contains(expected));
    }

    void await(String what, BooleanSupplier condition) {
        new WebDriverWait(driver, DEADLINE, Duration.ofMillis(20)).withMessage(what)
                .ignoring(StaleElementReferenceException.class)
                .until(page -> condition.getAsBoolean());
    }

    @SuppressWarnings("unchecked")
    <T> T evaluate(String script, Object... arguments) {
        return (T) driver.executeScript(script, arguments);
    }

    /** Makes the page as wide, dark or light, as a phone's or a desktop's is. */
    void show(int width, int height, boolean dark) {
        driver.executeCdpCommand("Emulation.setDeviceMetricsOverride", Map.of("width", width, "height", height,
                "deviceScaleFactor", 1, "mobile", width < 600));
        driver.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features",
                List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    }

    /** Slows what the page sends; 0 lifts that. */
    void limitUpload(int bytesPerSecond) {
        driver.executeCdpCommand("Network.emulateNetworkConditions", Map.of("offline", false, "latency", 0,
                "downloadThroughput", -1, "uploadThroughput", bytesPerSecond == 0 ? -1 : bytesPerSecond));
    }

    /** Keeps a picture of the whole page, for people to look at. */
    void picture(String name) {
        try {
            Files.createDirectories(SCREENSHOTS);
            Map<String, Object> all = Map.of("x", 0, "y", 0, "width", evaluate("return innerWidth"), "height",
                    evaluate("return document.documentElement.scrollHeight"), "scale", 1);
            Object png = driver.executeCdpCommand("Page.captureScreenshot",
                    Map.of("captureBeyondViewport", true, "clip", all)).get("data");
            Files.write(SCREENSHOTS.resolve(name + ".png"), OutputType.BYTES.convertFromBase64Png((String) png));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns what the console got since the last call, from warnings on. */
    List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue()).map(LogEntry::getMessage)
                .toList();
    }

    /** Returns every address that was asked for since the start. */
    List<URI> requested() {
        for (LogEntry entry : driver.manage().logs().get(LogType.PERFORMANCE)) {
            Map<?, ?> event = (Map<?, ?>) inside(new Json().toType(entry.getMessage(), Json.MAP_TYPE), "message");
            if ("Network.requestWillBeSent".equals(event.get("method"))) {
                requested.add(URI.create((String) inside(event, "params", "request", "url")));
            }
        }
        return requested;
    }

    private static Object inside(Map<?, ?> event, String... keys) {
        Object value = event;
        for (String key : keys) {
            value = ((Map<?, ?>) value).get(key);
        }
        return value;
    }

    @Override
    public void close() {
        driver.quit();
    }
}
