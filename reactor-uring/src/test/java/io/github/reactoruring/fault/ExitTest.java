package io.github.reactoruring.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.github.reactoruring.testing.fuse.NeedsFuse;
import io.github.reactoruring.testing.fuse.SlowFile;
import io.github.reactoruring.testing.fuse.SlowFileSystem;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.ChildJvm;

/** A process ends, by itself or by a signal, while requests of all kinds are in flight and files half written. */
@NeedsUring
@Tag("fault")
class ExitTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"exit, , 7", "halt, , 7", "wait, TERM, 143", "wait, INT, 130", "wait, KILL, 137"})
    void endsAtOnceAndLeavesTheOldFileAndAPrefixOfTheNew(String how, String signal, int status) throws Exception {
        Files.writeString(directory.resolve("replaced"), "old");
        // Who runs the tests in the background of a shell has them ignore INT, and all their children.
        Process child = new ChildJvm().under("env", "--default-signal=INT")
                .start(ExitingMain.class, how, directory.toString(), "none");
        leave(child, signal);

        assertThat(child.waitFor(LONG)).as("it has ended").isTrue();
        assertThat(child.exitValue()).isEqualTo(status);
        assertFilesWhole();
    }

    /** The kernel waits for the filesystem, which has begun to answer, and for nothing else. */
    @Test
    @NeedsFuse
    void endsWhenTheFilesystemHasAnsweredThatHung() throws Exception {
        Files.writeString(directory.resolve("replaced"), "old");
        try (SlowFileSystem slow = SlowFileSystem.mount()) {
            SlowFile file = slow.file("hanging", 100_000);
            file.reads().hold();
            Process child = new ChildJvm().start(ExitingMain.class, "exit", directory.toString(),
                    file.path().toString());
            leave(child, null);
            assertFilesWhole();

            file.reads().open();
            assertThat(child.waitFor(LONG)).as("it has ended").isTrue();
            assertThat(child.exitValue()).isEqualTo(7);
        }
    }

    private static void leave(Process child, String signal) throws Exception {
        try (BufferedReader output = child.inputReader(StandardCharsets.UTF_8)) {
            assertThat(output.readLine()).isEqualTo("in flight");
            if (signal != null) {
                assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(child.pid())).start().waitFor())
                        .isZero();
            }
        }
    }

    private void assertFilesWhole() throws IOException {
        assertThat(directory.resolve("replaced")).hasContent("old");
        String written = Files.readString(directory.resolve("written"));
        String whole = ExitingMain.PART.repeat(written.length() / ExitingMain.PART.length() + 1);
        assertThat(whole).as("what was written").startsWith(written);
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left.map(path -> path.getFileName().toString())).containsExactlyInAnyOrder("replaced",
                    "written");
        }
    }
}
