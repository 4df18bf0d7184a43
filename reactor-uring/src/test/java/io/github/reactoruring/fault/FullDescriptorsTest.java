package io.github.reactoruring.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.ChildJvm;

/** The limit of descriptors is reached: whatever needs one says so, nothing else is hurt, and all works once there is room. */
@NeedsUring
@Tag("fault")
class FullDescriptorsTest {

    private static final List<String> NEED_ONE = List.of("ring", "older ring", "open", "pipe", "watch", "list",
            "accept");
    private static final List<String> NEED_NONE = List.of("direct", "timer");

    @Test
    void saysSoWhereOneIsNeededAndRecoversByARaisedLimitAndByClosing(@TempDir Path directory) throws Exception {
        Path raised = directory.resolve("raised");
        // Java raises its limit to what it may have, unless told not to.
        Process child = new ChildJvm().with("-XX:-MaxFDLimit").under("prlimit", "--nofile=400:600").start(
                FullDescriptorsMain.class,
                Files.createDirectory(directory.resolve("files")).toString(), raised.toString());
        List<String> said = new ArrayList<>();
        try (BufferedReader output = child.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                said.add(line);
                if (line.equals("raise it")) {
                    Process prlimit = new ProcessBuilder("prlimit", "--pid", Long.toString(child.pid()),
                            "--nofile=600:")
                            .redirectErrorStream(true).start();
                    assertThat(new String(prlimit.getInputStream().readAllBytes())).isEmpty();
                    Files.createFile(raised);
                }
            }
        } finally {
            child.destroyForcibly();
        }
        assertThat(said).as("%s", said).contains("closed");
        for (String when : List.of("before", "rehearsed", "raised", "freed")) {
            NEED_ONE.forEach(what -> assertThat(line(said, when, what)).endsWith("works"));
        }
        for (String when : List.of("full", "full again")) {
            NEED_ONE.forEach(what -> assertThat(line(said, when, what))
                    .containsAnyOf("open files", "EMFILE").doesNotEndWith("works"));
            assertThat(line(said, when, "ring")).contains("UringUnavailableException", "raise `ulimit -n`");
            assertThat(line(said, when, "older ring")).contains("UringUnavailableException", "raise `ulimit -n`");
        }
        for (String when : List.of("before", "full", "raised", "full again", "freed")) {
            NEED_NONE.forEach(what -> assertThat(line(said, when, what)).endsWith("works"));
        }
    }

    private static String line(List<String> said, String when, String what) {
        return said.stream().filter(line -> line.startsWith(when + ", " + what + ": ")).findFirst().orElseThrow();
    }
}
