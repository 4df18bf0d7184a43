package io.github.reactoruring.internal.source.read;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_READ;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.SqeBytes;
import io.github.reactoruring.internal.ring.scripted.CheckedBuffers;
import io.github.reactoruring.internal.ring.scripted.KernelBehaviour;
import io.github.reactoruring.internal.sys.OpenFlags;
import io.github.reactoruring.testing.ScriptedLoop;
import reactor.test.subscriber.TestSubscriber;

/** Reads once from a file of a slow filesystem, whose size changes while a worker reads. */
@Tag("fault")
class ReadOnceLoopTest {

    private static final int SIZE = 10 * 1024;
    private static final int MAX = 64 * 1024;

    @TempDir
    Path directory;

    private final ScriptedLoop under = ScriptedLoop.open();
    private final CheckedBuffers buffers = new CheckedBuffers(under.ring());
    private final TestSubscriber<CheckedBuffers.Buffer> subscriber = TestSubscriber.create();
    private Path path;

    @BeforeEach
    void startToRead() throws IOException {
        under.ring().behaviour(KernelBehaviour.allInTheDevice());
        path = Files.write(directory.resolve("slow"), new byte[SIZE]);
        int descriptor = under.ring().files().openPath(path.toString(), OpenFlags.O_RDONLY, 0);
        OpenFile file = new OpenFile(under.loop(), descriptor, false, path.toString());
        subscriber.onSubscribe(new ReadOnce<>(file, true, subscriber, 0, MAX, buffers));
        under.turn();
        assertThat(under.ring().taken(IORING_OP_READ)).extracting(SqeBytes::len).containsExactly(SIZE);
    }

    @AfterEach
    void close() {
        under.close();
        subscriber.getReceivedOnNext().forEach(buffers::release);
        assertThat(buffers.openLeases()).isZero();
    }

    /** It asked again, for 4 GiB less what was gone: behind its buffer, if the file was longer again by then. */
    @Test
    void asksForNothingMoreOfAFileThatWasCutMeanwhile() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(SIZE / 2);
        }
        endsWithTheOneRead();
    }

    @Test
    void needsNoSecondReadToTellTheEnd() {
        endsWithTheOneRead();
    }

    private void endsWithTheOneRead() {
        under.ring().kernel().complete(under.only(), SIZE);
        under.turns(3);

        assertThat(under.ring().taken(IORING_OP_READ)).hasSize(1);
        assertThat(subscriber.isTerminatedComplete()).isTrue();
        assertThat(subscriber.getReceivedOnNext()).singleElement()
                .satisfies(buffer -> assertThat(buffer.bytes()).hasSize(SIZE));
    }
}
