package io.github.reactoruring.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs classes that are no tests of this run, as Surefire passes them by, and reads what is told of them. */
class ConsoleReportTest {

    @Test
    void tellsOfAFailureWithItsCausesItsPlaceAndTheFileOfItsOutput() {
        assertThat(report(Failing.class)).contains("FAILED ConsoleReportTest$Failing, reads()",
                "java.lang.IllegalStateException: no file", "Caused by: java.io.IOException: no disk",
                "OUTPUT /reports/" + Failing.class.getName() + "-output.txt")
                .filteredOn(line -> line.startsWith("\tat ")).hasSize(4)
                .allMatch(line -> line.contains("ConsoleReportTest"));
    }

    @Test
    void namesTheRunOfAParameterizedTestThatFails() {
        assertThat(report(FailingOnce.class)).filteredOn(line -> line.startsWith("FAILED"))
                .containsExactly("FAILED ConsoleReportTest$FailingOnce, reads(int)[2] [2] disks=20");
    }

    @Test
    void saysWhyATestIsSkippedOnceForAllThatLackTheSame() {
        assertThat(report(Skipping.class, SkippingToo.class)).containsExactly(
                "SKIPPED ConsoleReportTest$Skipping, ConsoleReportTest$SkippingToo: there is no disk",
                "SKIPPED ConsoleReportTest$Skipping: there is no kernel");
    }

    @Test
    void holdsReasonsForOneThatDifferInNumbersOnly() {
        assertThat(report(SkippingByNumber.class))
                .containsExactly("SKIPPED ConsoleReportTest$SkippingByNumber: there are no 10 disks");
    }

    @Test
    void isSilentOfWhatPasses() {
        assertThat(report(Passing.class)).isEmpty();
    }

    private static Stream<String> report(Class<?>... classes) {
        ByteArrayOutputStream console = new ByteArrayOutputStream();
        LauncherFactory.create(LauncherConfig.builder().enableLauncherSessionListenerAutoRegistration(false)
                .enableTestExecutionListenerAutoRegistration(false).build())
                .execute(LauncherDiscoveryRequestBuilder.request()
                        .selectors(Stream.of(classes).map(type -> selectClass(type)).toList()).build(),
                        new ConsoleReport(new PrintStream(console, true), Path.of("/reports")));
        return console.toString().lines();
    }

    static class Passing {

        @Test
        void passes() {
        }
    }

    static class Failing {

        @Test
        void reads() {
            open();
        }

        private static void open() {
            throw new IllegalStateException("no file", new IOException("no disk"));
        }
    }

    static class FailingOnce {

        @ParameterizedTest
        @ValueSource(ints = {10, 20})
        void reads(int disks) {
            assertThat(disks).isEqualTo(10);
        }
    }

    static class Skipping {

        @Test
        void reads() {
            Assumptions.assumeTrue(false, "there is no disk");
        }

        @Test
        @Disabled("there is no kernel")
        void writes() {
        }
    }

    static class SkippingToo {

        @Test
        void reads() {
            Assumptions.abort("there is\nno disk");
        }
    }

    static class SkippingByNumber {

        @ParameterizedTest
        @ValueSource(ints = {10, 20})
        void reads(int disks) {
            Assumptions.abort("there are no " + disks + " disks");
        }
    }
}
