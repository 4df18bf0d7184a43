package io.github.reactoruring.samples.webflux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;

/** Uses the page by the keyboard alone, on a phone, in the dark, and by axe's rules of accessibility. */
@NeedsBrowser
class PageAccessTest {

    private static final String CONTROLS = "a[href], button:not(:disabled), input, [tabindex='0']";

    private static BrowsedSample sample;
    private static Browser browser;
    private static String axe;

    @BeforeAll
    static void start(@TempDir Path temporary) throws IOException {
        try (InputStream script = PageAccessTest.class.getResourceAsStream("/axe.min.js")) {
            axe = new String(script.readAllBytes(), StandardCharsets.UTF_8);
        }
        sample = BrowsedSample.start(temporary);
        browser = sample.browser();
    }

    @AfterAll
    static void stop() {
        sample.close();
    }

    @AfterEach
    void nothingComplained() {
        assertThat(browser.complaints()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1280,false,desktop", "1280,true,desktop-dark", "360,false,phone", "360,true,phone-dark"})
    void keepsTheRulesOfAxe(int width, boolean dark, String name, @TempDir Path mine) throws IOException {
        browser.show(width, 800, dark);
        sample.open();
        assertThat(violations()).isEmpty();

        browser.named("button", "Follow app.log").click();
        browser.awaitText("log", "indented line");
        browser.named("button", "Open 200 followed streams").click();
        browser.awaitText("dropped", "200 streams wait");
        browser.named("button", "Drop them all").click();
        browser.awaitText("dropped", "200 disposals, 1 ALL cancel.");
        browser.byId("file").sendKeys(Files.createFile(mine.resolve("app.log")).toString());
        browser.named("button", "Upload").click();
        browser.awaitText("message", "There is a file app.log already");
        browser.await("the plot shows the drop",
                () -> browser.text("in-flight").equals("2") || browser.text("in-flight").equals("1"));
        assertThat(violations()).isEmpty();
        browser.picture(name);

        browser.named("link", "reports/").click();
        browser.await("what is in it", () -> browser.text("files").contains("of 2026/"));
        assertThat(violations()).isEmpty();
    }

    @Test
    void fitsAPhoneWithoutScrollingSideways(@TempDir Path mine) throws IOException {
        String word = "unbreakable".repeat(18) + ".log";
        Files.writeString(sample.directory().resolve(word), "x".repeat(5000) + "\n");
        browser.show(360, 740, false);
        sample.open();
        assertFits();

        browser.named("button", "Follow " + word).click();
        browser.awaitText("log", "xxxx");
        browser.limitUpload(100_000);
        browser.byId("file").sendKeys(Files.write(mine.resolve("a" + word), new byte[1_000_000]).toString());
        browser.named("button", "Upload").click();
        browser.await("progress", () -> browser.byId("progress").isDisplayed());
        assertFits();
        browser.picture("phone-busy");
        browser.named("button", "Cancel").click();
        browser.awaitText("message", "was cancelled");
        browser.limitUpload(0);
        assertFits();

        browser.evaluate("location.hash = '#' + arguments[0]", word);
        browser.awaitText("files-state", "There is no such directory.");
        assertFits();
        browser.evaluate("location.hash = '#many'");
        browser.awaitText("files-state", "The first 500");
        assertFits();
        Files.delete(sample.directory().resolve(word));
        assertThat(browser.complaints()).singleElement().asString().contains("404");
    }

    @Test
    void everyControlIsReachedByTabAndShowsTheFocus() {
        browser.show(1280, 900, false);
        sample.open();
        Set<String> all = new LinkedHashSet<>();
        browser.driver().findElements(By.cssSelector(CONTROLS)).stream().filter(WebElement::isDisplayed)
                .forEach(control -> all.add(described(control)));
        assertThat(all).hasSizeGreaterThan(10).allSatisfy(control -> assertThat(control).doesNotEndWith(" "));

        Set<String> reached = new LinkedHashSet<>();
        for (int i = 0; i < all.size(); i++) {
            reached.add(described(tab()));
        }

        assertThat(reached).containsExactlyElementsOf(all);
    }

    @Test
    void dropsTheStreamsByKeyboard() {
        browser.show(1280, 900, false);
        sample.open();
        tabTo("button", "Open 200 followed streams");
        press(Keys.ENTER);
        browser.awaitText("dropped", "200 streams wait");
        tabTo("button", "Drop them all");
        press(Keys.SPACE);
        browser.awaitText("dropped", "200 disposals, 1 ALL cancel.");
    }

    @Test
    void browsesAndDownloadsByKeyboard() {
        browser.show(1280, 900, false);
        sample.open();
        tabTo("link", "reports/");
        press(Keys.ENTER);
        browser.await("the focus is where it went on",
                () -> browser.driver().switchTo().activeElement().getText().equals("reports"));
        tabTo("link", "of 2026/");
        press(Keys.ENTER);
        browser.await("and again", () -> browser.driver().switchTo().activeElement().getText().equals("of 2026"));
        tabTo("link", "summer.txt");
        press(Keys.ENTER);
        browser.await("it is there", () -> Files.exists(sample.downloads().resolve("summer.txt")));
        browser.await("as it was",
                () -> sample.downloads().resolve("summer.txt").toFile().length() == "warm".length());
    }

    @Test
    void uploadsByKeyboard(@TempDir Path mine) throws IOException {
        browser.show(1280, 900, false);
        sample.open();
        browser.byId("file").sendKeys(Files.writeString(mine.resolve("typed.txt"), "typed").toString());
        tabTo("button", "Upload");
        press(Keys.ENTER);
        browser.awaitText("message", "typed.txt is stored.");
        assertThat(sample.directory().resolve("typed.txt")).hasContent("typed");
        assertThat(browser.driver().switchTo().activeElement()).isEqualTo(browser.byId("file"));
    }

    @Test
    void followsAndScrollsAndStopsByKeyboard() throws IOException {
        Files.writeString(sample.directory().resolve("scroll.log"), "a line\n".repeat(300) + "the last\n");
        browser.show(1280, 900, false);
        sample.open();
        tabTo("button", "Follow scroll.log");
        press(Keys.ENTER);
        browser.awaitText("log-state", "Following scroll.log.");
        browser.await("the log has the focus",
                () -> "log".equals(browser.driver().switchTo().activeElement().getAriaRole()));
        browser.awaitText("log", "the last");
        browser.await("it is at its end", () -> scrolled() > 1000);
        press(Keys.HOME);
        browser.await("it is at its start", () -> scrolled() == 0);
        new Actions(browser.driver()).keyDown(Keys.SHIFT).sendKeys(Keys.TAB).keyUp(Keys.SHIFT).perform();
        assertThat(described(browser.driver().switchTo().activeElement())).isEqualTo("button Stop following");
        press(Keys.SPACE);
        browser.awaitText("log-state", "scroll.log is not followed any more.");
        Files.delete(sample.directory().resolve("scroll.log"));
    }

    private static double scrolled() {
        return browser.<Number>evaluate("return document.getElementById('log').scrollTop").doubleValue();
    }

    private static void assertFits() {
        assertThat(browser.<Long>evaluate("return document.documentElement.scrollWidth")).isLessThanOrEqualTo(360);
        assertThat(browser.<List<String>>evaluate("return [...document.querySelectorAll('body *')].filter(e =>"
                + " !e.closest('svg, .unseen') && e.getBoundingClientRect().right > 360.5).map(e => e.outerHTML)"))
                .isEmpty();
    }

    private static List<String> violations() {
        browser.evaluate(axe);
        Object found = browser.driver().executeAsyncScript("const done = arguments[0];"
                + "axe.run().then(found => done(found.violations.map(rule => rule.id + ': ' + rule.help + ' '"
                + " + rule.nodes.map(node => node.html + ' ' + node.failureSummary))));");
        @SuppressWarnings("unchecked")
        List<String> violations = (List<String>) found;
        return violations;
    }

    private static void tabTo(String role, String name) {
        int controls = browser.driver().findElements(By.cssSelector(CONTROLS)).size();
        for (int i = 0; i <= controls; i++) {
            if (described(tab()).equals(role + " " + name)) {
                return;
            }
        }
        throw new AssertionError("Tab does not get to the " + role + " " + name);
    }

    private static WebElement tab() {
        press(Keys.TAB);
        WebElement focused = browser.driver().switchTo().activeElement();
        if (!focused.getTagName().equals("body")) {
            assertThat(focused.getCssValue("outline-style")).isEqualTo("solid");
            assertThat(focused.getCssValue("outline-width")).isEqualTo("3px");
        }
        return focused;
    }

    private static void press(CharSequence keys) {
        new Actions(browser.driver()).sendKeys(keys).perform();
    }

    private static String described(WebElement element) {
        return element.getAriaRole() + " " + element.getAccessibleName();
    }
}
