package io.github.reactoruring.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.Uring;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.ChildJvm;

/** What keeps a ring from being had just now is asked again, and called by its name. */
@NeedsUring
@Tag("fault")
class PassingRefusalTest {

    @Test
    void aProcessThatWasFullWhenItFirstAskedHasIoUringLater() throws Exception {
        Path classes = Path.of(Uring.class.getProtectionDomain().getCodeSource().getLocation().toURI());

        String said = new ChildJvm().with("-XX:-MaxFDLimit").under("prlimit", "--nofile=300:300")
                .run(AskedWhenFullMain.class, classes.toString());

        assertThat(said).contains("available=true", "works", "freed: available");
        assertThat(said.lines().filter(line -> line.startsWith("full"))).hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("ulimit -n").doesNotContain("native-access"));
    }
}
