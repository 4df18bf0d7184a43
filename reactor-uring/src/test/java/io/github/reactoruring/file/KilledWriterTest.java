package io.github.reactoruring.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.ChildJvm;

/** A process that goes on writing is killed at random, and what it leaves is looked at. */
@NeedsUring
@Tag("fault")
class KilledWriterTest {

    private static final int KILLS = 8;

    @TempDir
    Path directory;

    @Test
    void killedProcessLeavesTheOldOrTheNewContent() throws Exception {
        Path path = directory.resolve("file");
        Random random = new Random();
        for (int kill = 0; kill < KILLS; kill++) {
            Files.deleteIfExists(path);
            Process child = new ChildJvm().start(ReplaceLoopMain.class, path.toString());
            try {
                Await.until("a first content", () -> Files.exists(path) || !child.isAlive());
                long end = System.nanoTime() + random.nextInt(20_000_000);
                while (System.nanoTime() < end) {
                    assertWhole(path);
                }
            } finally {
                child.destroyForcibly().waitFor();
            }

            assertWhole(path);
            // At most what one replacement may leave between its link and its rename.
            List<String> others = names().filter(name -> !name.equals("file")).toList();
            assertThat(others).hasSizeLessThanOrEqualTo(1).allMatch(name -> name.matches("\\.reactor-uring-.*\\.tmp"));
            for (String other : others) {
                Files.delete(directory.resolve(other));
            }
        }
    }

    @Test
    void killedProcessLeavesAPrefixOfWhatItAppends() throws Exception {
        Path path = directory.resolve("file");
        Random random = new Random();
        for (int kill = 0; kill < KILLS / 2; kill++) {
            Files.deleteIfExists(path);
            Process child = new ChildJvm().start(AppendLoopMain.class, path.toString());
            long least = random.nextInt(1_000_000);
            try {
                Await.until("some content", () -> path.toFile().length() > least || !child.isAlive());
            } finally {
                child.destroyForcibly().waitFor();
            }

            ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(path));
            assertThat(content.remaining()).isGreaterThan((int) least);
            for (int number = 0; content.remaining() >= Integer.BYTES; number++) {
                assertThat(content.getInt()).isEqualTo(number);
            }
        }
    }

    /** Checks that the content is {@link ReplaceLoopMain}'s: its number, and as many numbers as that says. */
    private static void assertWhole(Path path) throws IOException {
        String content = Files.readString(path, StandardCharsets.US_ASCII);
        int number = Integer.parseInt(content.substring(0, content.indexOf('\n')));
        assertThat(content).isEqualTo(ReplaceLoopMain.content(number));
    }

    private Stream<String> names() throws IOException {
        try (Stream<Path> found = Files.list(directory)) {
            return found.map(file -> file.getFileName().toString()).toList().stream();
        }
    }
}
