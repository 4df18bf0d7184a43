package io.github.reactoruring.testing.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.testing.Await;

/** Looks at the slow filesystem with plain java.nio, so that the other tests can rely on it. */
@NeedsFuse
class SlowFileSystemTest {

    private SlowFileSystem slow;

    @BeforeEach
    void mount() throws IOException {
        slow = SlowFileSystem.mount();
    }

    @AfterEach
    void unmount() {
        slow.close();
    }

    @Test
    void holdsTheContentItWasGiven() throws IOException {
        byte[] content = "some content\n".getBytes();
        Path path = slow.file("some", content).path();

        assertThat(Files.readAllBytes(path)).isEqualTo(content);
        assertThat(Files.size(path)).isEqualTo(content.length);
        try (Stream<Path> listed = Files.list(slow.root())) {
            assertThat(listed).containsExactly(path);
        }
        assertThatThrownBy(() -> Files.size(slow.root().resolve("none"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void computesFilesOfAnySize() throws IOException {
        SlowFile file = slow.file("large", 1L << 40);
        long position = (1L << 39) + 12_345;
        ByteBuffer read = ByteBuffer.allocate(3_000_000);
        try (FileChannel channel = FileChannel.open(file.path())) {
            assertThat(channel.read(read, position)).isEqualTo(read.capacity());
        }

        for (int i = 0; i < read.capacity(); i++) {
            if (read.get(i) != SlowFile.patternAt(position + i)) {
                throw new AssertionError("differs at " + i);
            }
        }
    }

    @Test
    void keepsWhatIsWritten() throws IOException {
        SlowFile file = slow.file("written", "0123456789".getBytes());
        try (FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap("abcd".getBytes()), 8);
        }

        assertThat(file.content()).isEqualTo("01234567abcd".getBytes());
        assertThat(file.gate(SlowFile.Call.WRITE).answered()).isEqualTo(1);
    }

    @Test
    void heldReadsWaitForTheirOwnRelease() {
        SlowFile held = slow.file("held", "held".getBytes());
        SlowFile other = slow.file("other", "other".getBytes());
        held.reads().hold();
        List<CompletableFuture<String>> reads = Stream.generate(() -> read(held)).limit(2).toList();
        held.reads().awaitHeld(2);

        assertThat(read(other).join()).isEqualTo("other");
        assertThat(reads).noneMatch(CompletableFuture::isDone);

        held.reads().fail(1, 5);
        Await.until("a failed read", () -> reads.stream().anyMatch(CompletableFuture::isCompletedExceptionally));
        assertThat(reads).anyMatch(read -> !read.isDone());

        held.reads().open();
        Await.until("both reads over", () -> reads.stream().allMatch(CompletableFuture::isDone));
        assertThat(reads.stream().filter(read -> !read.isCompletedExceptionally()).map(CompletableFuture::join))
                .containsExactly("held");
        assertThat(held.reads().answered()).isEqualTo(held.reads().arrived());
    }

    @Test
    void delaysWithoutHoldingOthersUp() {
        SlowFile late = slow.file("late", "late".getBytes());
        SlowFile other = slow.file("other", "other".getBytes());
        late.opens().delay(Duration.ofMillis(300));
        CompletableFuture<String> reading = read(late);
        Await.until("the open arrived", () -> late.opens().arrived() == 1);

        assertThat(read(other).join()).isEqualTo("other");
        assertThat(reading).isNotDone();
        assertThat(reading.join()).isEqualTo("late");
    }

    @Test
    void failsWhatIsHeldWhenItCloses() {
        SlowFile held = slow.file("held", "held".getBytes());
        held.reads().hold();
        CompletableFuture<String> reading = read(held);
        held.reads().awaitHeld(1);
        slow.close();

        assertThatThrownBy(reading::join).hasCauseInstanceOf(IOException.class);
        assertThat(slow.root()).doesNotExist();
    }

    private static CompletableFuture<String> read(SlowFile file) {
        CompletableFuture<String> content = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                content.complete(Files.readString(file.path()));
            } catch (Throwable t) {
                content.completeExceptionally(t);
            }
        });
        return content;
    }
}
