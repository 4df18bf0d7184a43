package io.github.reactoruring.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.ChildJvm;

@NeedsUring
class RestartTest {

    @Test
    void eachRestartHasARingOfItsOwnAndLeavesNothingOfTheLast(@TempDir Path directory) throws Exception {
        Files.write(directory.resolve("large.bin"), new byte[1_000_000]);

        String output = new ChildJvm().with("-Xmx128m").run(RestartMain.class, directory.toString(), "3");

        assertThat(output.lines().filter(line -> line.startsWith("served="))).hasSize(4)
                .containsOnly("served=1000000 by 1 ring thread");
        assertThat(output).contains("restarts=3", "ring threads=0", "threads of an old class loader=[]",
                "class loaders kept=0");
    }
}
