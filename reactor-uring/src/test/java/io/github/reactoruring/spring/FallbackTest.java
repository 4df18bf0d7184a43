package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import io.github.reactoruring.testing.process.ChildJvm;

@Tag("kernel")
@EnabledOnOs(OS.LINUX)
class FallbackTest {

    private static final String EPERM = "1";

    @Test
    void theSameApplicationPassesTheSameTestsWhereIoUringIsRefused() throws Exception {
        String output = new ChildJvm().with("-Xmx256m").run(FallbackMain.class, EPERM,
                FallbackServing.class.getName());

        assertThat(output).containsPattern("succeeded=2[0-9] others=0");
        assertThat(output.lines().filter(line -> line.contains("Files are served by Spring's own means")))
                .singleElement().asString()
                .contains("seccomp", "a profile that allows io_uring_setup", "reactor-uring.enabled=false");
        assertThat(output.lines().filter(line -> line.contains(" SEVERE ")))
                .allMatch(line -> line.contains("none.bin"));
    }

    @Test
    void uploadsAreStoredBySpringWhereIoUringIsRefused() throws Exception {
        String output = new ChildJvm().with("-Xmx256m").run(FallbackMain.class, EPERM,
                FallbackUploads.class.getName());

        assertThat(output).containsPattern("succeeded=2[0-9] others=0");
    }
}
