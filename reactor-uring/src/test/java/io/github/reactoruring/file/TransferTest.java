package io.github.reactoruring.file;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Random;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.Uring;
import io.github.reactoruring.UringCancelledException;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.publisher.Mono;

/** Moves between files and pipes inside the kernel. */
@NeedsUring
class TransferTest {

    private static final int SIZE = 1_000_000;

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    private final byte[] content = new byte[SIZE];
    private Path path;
    private UringPipe pipe;

    @BeforeEach
    void prepare() throws Exception {
        new Random(1).nextBytes(content);
        path = Files.write(directory.resolve("from"), content);
        pipe = ring.get().files().pipe().block();
    }

    @AfterEach
    void close() {
        Mono.whenDelayError(pipe.source().close(), pipe.sink().close()).block();
    }

    @Test
    void movesAFileThroughAPipeToAnother() throws Exception {
        UringFile from = open(path, READ);
        UringFile to = open(directory.resolve("to"), CREATE, WRITE);

        Mono<Long> in = from.transferTo(pipe.sink(), Long.MAX_VALUE)
                .flatMap(moved -> pipe.sink().close().thenReturn(moved));
        Mono<Long> out = pipe.source().transferTo(to, Long.MAX_VALUE);
        assertThat(Mono.zip(in, out, Long::sum).block()).isEqualTo(2L * SIZE);
        from.close().block();
        to.close().block();

        assertThat(directory.resolve("to")).hasBinaryContent(content);
    }

    @Test
    void movesFromAndToPositionsAndDirectDescriptors() throws Exception {
        KernelUnderTest.assume(RingFeature.DIRECT_DESCRIPTORS);
        UringFile from = ring.get().files().openDirect(path, READ).block();
        UringFile to = ring.get().files().openDirect(directory.resolve("to"), CREATE, WRITE).block();

        assertThat(from.transferTo(100, pipe.sink(), -1, 50).block()).isEqualTo(50);
        assertThat(pipe.source().transferTo(-1, to, 10, 50).block()).isEqualTo(50);
        from.close().block();
        to.close().block();

        byte[] moved = Files.readAllBytes(directory.resolve("to"));
        assertThat(moved).hasSize(60);
        assertThat(ByteBuffer.wrap(moved, 10, 50).slice()).isEqualTo(ByteBuffer.wrap(content, 100, 50).slice());
    }

    @Test
    void emitsFewerBytesAtTheEndOfTheFile() {
        UringFile from = open(path, READ);
        assertThat(from.transferTo(SIZE - 7, pipe.sink(), -1, 1000).block()).isEqualTo(7);
        assertThat(from.transferTo(SIZE, pipe.sink(), -1, 1000).block()).isZero();
        from.close().block();
    }

    @Test
    void disposalEndsATransferThatWaits() {
        UringFile to = open(directory.resolve("to"), CREATE, WRITE);
        Probe<Long> waiting = start(pipe.source().transferTo(to, 10));

        waiting.dispose();
        ring.awaitIdle();

        waiting.assertSilent();
        to.close().block();
    }

    @Test
    void closingEitherFileEndsATransferThatWaits() {
        UringFile to = open(directory.resolve("to"), CREATE, WRITE);
        Probe<Long> waiting = start(pipe.source().transferTo(to, 10));
        pipe.source().close().block();
        waiting.awaitError(UringCancelledException.class);

        UringPipe other = ring.get().files().pipe().block();
        waiting = start(other.source().transferTo(to, 10));
        to.close().block();
        waiting.awaitError(UringCancelledException.class);
        Mono.when(other.source().close(), other.sink().close()).block();
    }

    @Test
    void disposingOthersOnTheSourceLeavesATransferAlone() {
        UringFile to = open(directory.resolve("to"), CREATE, WRITE);
        Probe<Long> waiting = start(pipe.source().transferTo(to, 3));
        Probe<ByteBuffer> reader = Probe.idle();
        pipe.source().read(10).subscribe(reader);
        reader.request(1);
        ring.awaitInFlight(2);

        reader.dispose();
        ring.awaitInFlight(1);
        pipe.sink().write(ByteBuffer.wrap(new byte[3])).block();

        assertThat(waiting.awaitEnd().values()).containsExactly(3L);
        to.close().block();
    }

    @Test
    void saysThatOneOfTheTwoMustBeAPipe() {
        UringFile from = open(path, READ);
        UringFile to = open(directory.resolve("to"), CREATE, WRITE);
        assertThatThrownBy(() -> from.transferTo(to, 10).block()).hasCauseInstanceOf(FileSystemException.class)
                .hasMessageContaining("one of the two must be a pipe");
        Mono.when(from.close(), to.close()).block();
    }

    @Test
    void refusesFilesOfDifferentRings() {
        Uring other = Uring.builder("other").build();
        UringPipe elsewhere = other.files().pipe().block();
        assertThatIllegalArgumentException().isThrownBy(() -> pipe.source().transferTo(elsewhere.sink(), 1))
                .withMessageContaining("different rings");
        assertThatIllegalArgumentException().isThrownBy(() -> pipe.source().transferTo(pipe.sink(), 0));
        assertThatIllegalArgumentException().isThrownBy(() -> pipe.source().transferTo(-2, pipe.sink(), 0, 1));
        other.disposeLater().block();
    }

    private Probe<Long> start(Mono<Long> transfer) {
        Probe<Long> probe = Probe.idle();
        transfer.subscribe(probe);
        probe.request(1);
        ring.awaitInFlight(1);
        return probe;
    }

    private UringFile open(Path file, OpenOption... options) {
        return ring.get().files().open(file, options).block();
    }
}
