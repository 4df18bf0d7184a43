package io.github.reactoruring.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.ChildJvm;

/** Relative paths in a JVM that was told to be elsewhere than its process is. */
@NeedsUring
class WorkingDirectoryTest {

    @TempDir
    Path elsewhere;

    @Test
    void relativePathsAreThoseOfJavaNioFile() throws Exception {
        Files.writeString(elsewhere.resolve("read"), "there");
        Files.createDirectory(elsewhere.resolve("sub"));

        String output = new ChildJvm().with("-Duser.dir=" + elsewhere).run(RelativePathsMain.class);

        assertThat(output).contains("read: there", "written: true", "replaced: true", "copied: true", "listed: true",
                "tail: there", "link leads to: read", "stat: 5", "deleted: true", "made: true");
        assertThat(Files.readSymbolicLink(elsewhere.resolve("sub/link"))).isEqualTo(Path.of("../read"));
        assertThat(elsewhere.resolve("sub/link")).hasContent("there");
    }

    @Test
    void withoutThatTheyAreTheKernels() throws Exception {
        String output = new ChildJvm().run(RelativePathsMain.class, "missing");

        assertThat(output).contains("NoSuchFileException: no-such-file");
    }
}
