package io.github.reactoruring.internal.spring.multipart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.MountedTmpfs;

/** Where an uploaded part goes, and what becomes of what was there. */
@NeedsUring
class PartContentTest {

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @Test
    void aTargetThatCannotBeReplacedStaysAsItWas(@TempDir Path directory) throws Exception {
        Path part = Files.write(directory.resolve("part"), new byte[1 << 20]);
        try (MountedTmpfs full = MountedTmpfs.mount(directory.resolve("full"), 64)) {
            Path target = Files.writeString(full.directory().resolve("target"), "old");
            PartContent content = new PartContent.OnDisk(ring.get(), part);

            assertThatThrownBy(() -> content.transferTo(target).block()).cause()
                    .isInstanceOf(FileSystemException.class).hasMessageContaining("no space left");

            assertThat(target).hasContent("old");
            assertThat(full.directory()).isDirectoryContaining(path -> path.equals(target));
            ring.awaitIdle();
        }
    }

    @Test
    void whatIsOnAnotherFilesystemIsCopied(@TempDir Path directory) throws Exception {
        Path part = Files.writeString(directory.resolve("part"), "new");
        try (MountedTmpfs other = MountedTmpfs.mount(directory.resolve("other"), 64)) {
            Path target = other.directory().resolve("target");
            new PartContent.OnDisk(ring.get(), part).transferTo(target).block();

            assertThat(target).hasContent("new");
            ring.awaitIdle();
        }
    }
}
