package io.github.reactoruring.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.testing.process.ChildJvm;

class FileNamesTest {

    private static final String[] NAMES = {"ü.txt", "a/ü", "../ü", "a/../../ü", "/tmp/日本", "plain", "", "ü/", "/"};

    @Test
    void pathsAreOfTheirTextInAnyLocale() throws Exception {
        String here = said();

        assertThat(new ChildJvm().underTheCLocale().run(Child.class)).isEqualTo(here);
        assertThat(here).contains("a/../../%C3%BC | a/../../ü", "//tmp/%E6%97%A5%E6%9C%AC | /tmp/日本");
    }

    @Test
    void whatNoFileCanBeNamedIsRefused() {
        assertThatThrownBy(() -> FileNames.path("ü\0")).isInstanceOf(InvalidPathException.class);
        assertThatThrownBy(() -> FileNames.path("\uDC80")).isInstanceOf(InvalidPathException.class);
    }

    @Test
    void theyAreThoseOfJavaNioFile(@TempDir Path directory) throws Exception {
        Files.writeString(directory.resolve("ü"), "x");

        assertThat(Files.readString(FileNames.resolve(directory, "ü"))).isEqualTo("x");
        assertThat(FileNames.text(directory.resolve("ü").getFileName())).isEqualTo("ü");
    }

    private static String said() {
        StringBuilder said = new StringBuilder();
        for (String name : NAMES) {
            Path path = FileNames.path(name);
            String shown = path.isAbsolute() ? "/" : "";
            for (Path element : path) {
                shown += (shown.isEmpty() ? "" : "/") + Path.of("/").resolve(element).toUri().getRawPath()
                        .replaceAll("^/|/$", "");
            }
            said.append(shown).append(" | ").append(FileNames.text(path)).append('\n');
        }
        return said.toString();
    }

    /** Says the same in another locale. */
    static final class Child {

        private Child() {
        }

        public static void main(String[] args) {
            System.out.writeBytes(said().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
    }
}
