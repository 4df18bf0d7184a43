package io.github.reactoruring.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.Uring;
import io.github.reactoruring.UringStats;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.file.UringPipe;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.Disposable;

/** Runs what the README and the guide's first chapter show. */
@NeedsUring
class GettingStartedTest {

    @RegisterExtension
    final TestUring testUring = TestUring.withDefaults();

    private final AtomicLong sentBytes = new AtomicLong();

    @BeforeAll
    static void openTheSharedRing() {
        // It stays open: the tests' count of descriptors is to begin with it.
        Uring.shared();
    }

    @Test
    void theFirstProgramCountsAFile(@TempDir Path directory) throws Exception {
        Path file = Files.write(directory.resolve("file"), new byte[200_001]);
        PrintStream stdout = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            FirstProgram.main(new String[]{file.toString()});
        } finally {
            System.setOut(stdout);
        }

        assertThat(printed.toString(StandardCharsets.UTF_8)).isEqualToIgnoringNewLines("200001 bytes");
    }

    @Test
    void disposingOfAStreamLeavesNothingInFlight(@TempDir Path directory) throws Exception {
        Path file = Files.write(directory.resolve("file"), new byte[4_000_000]);
        Uring uring = testUring.get();

        // snippet: stream-and-dispose
        Disposable download = uring.files().read(file)
                .subscribe(this::send);
        // end of snippet
        Await.until("the first chunk", () -> sentBytes.get() > 0);
        // snippet: dispose-stream
        download.dispose();
        // end of snippet

        testUring.awaitIdle();
    }

    @Test
    void aCompositeOfReadsEndsWithOneCancel() {
        KernelUnderTest.assume(RingFeature.CANCEL_ALL_FD_ANY);
        Uring uring = testUring.get();
        UringPipe pipe = uring.files().pipe().block();
        UringFile source = pipe.source();
        UringStats before = uring.stats();

        // snippet: composite
        Disposable.Composite reads = uring.composite();
        for (int i = 0; i < 200; i++) {
            reads.add(source.read(4096).subscribe(this::send));
        }
        // end of snippet
        testUring.awaitInFlight(200);
        // snippet: composite-dispose
        reads.dispose();
        // end of snippet

        testUring.awaitIdle();
        UringStats after = uring.stats();
        assertThat(after.disposals() - before.disposals()).isEqualTo(200);
        assertThat(after.cancelSqes() - before.cancelSqes()).isEqualTo(1);
        assertThat(after.allCancelSqes() - before.allCancelSqes()).isEqualTo(1);
        assertThat(after.cancelled() - before.cancelled()).isEqualTo(200);
    }

    @Test
    void aRingOfItsOwnIsClosedByItsOwner(@TempDir Path directory) throws Exception {
        Path file = Files.write(directory.resolve("file"), new byte[70_000]);

        // snippet: ring-of-its-own
        Uring uring = Uring.builder("reports").build();
        try {
            uring.files().read(file)
                    .doOnNext(this::send)
                    .blockLast();
        } finally {
            uring.disposeLater().block();
        }
        // end of snippet

        assertThat(sentBytes).hasValue(70_000);
        assertThat(uring.isDisposed()).isTrue();
    }

    private void send(ByteBuffer chunk) {
        sentBytes.addAndGet(chunk.remaining());
    }
}
