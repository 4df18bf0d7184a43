package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.ChildJvm;

@NeedsUring
class Utf8NamesTest {

    @Test
    void aNameThatIsNotAsciiIsServedAndStoredUnderTheCLocale(@TempDir Path temporary) throws Exception {
        Path directory = Files.createDirectory(temporary.resolve("served"));
        Files.writeString(temporary.resolve("beside-ü.txt"), "secret");

        String output = new ChildJvm().underTheCLocale().with("-Xmx256m").run(Utf8NamesMain.class,
                directory.toString());

        assertThat(output.lines()).contains("ANSI_X3.4-1968", "upload 200", "named 200 uploaded",
                "static 200 uploaded", "nothing 404", "beside 404");
        assertThat(directory.resolve("ü.txt")).hasContent("uploaded");
    }
}
