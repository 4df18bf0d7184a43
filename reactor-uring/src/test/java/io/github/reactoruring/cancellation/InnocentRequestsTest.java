package io.github.reactoruring.cancellation;

import static io.github.reactoruring.testing.kernel.RawOperations.IOSQE_FIXED_FILE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.Uring;
import io.github.reactoruring.UringCancelledException;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.file.UringPipe;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.raw.Cancel;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.ArmedRequests;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.DirectFifo;
import io.github.reactoruring.testing.kernel.Fifo;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.kernel.RawPipe;

/** Reuses numbers, duplicates descriptors and closes files under cancels, and looks after those who must not be hit. */
@NeedsUring
class InnocentRequestsTest {

    private static final int ROUNDS = 300;

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    private List<Probe<ByteBuffer>> reads(UringFile file, int count) {
        List<Probe<ByteBuffer>> reads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Probe<ByteBuffer> probe = Probe.idle();
            file.read(1).subscribe(probe);
            reads.add(probe.request(1));
        }
        return reads;
    }

    private void close(UringPipe pipe) {
        pipe.source().close().block();
        pipe.sink().close().block();
    }

    /** Disposes, closes, and opens in one turn, in the order given: the new file gets the old one's number. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFileThatGetsTheNumberOfOneJustCancelledIsNotHit(boolean closeFirst) {
        for (int round = 0; round < ROUNDS; round++) {
            UringPipe old = ring.get().files().pipe().block();
            List<Probe<ByteBuffer>> disposed = reads(old.source(), 8);
            ring.awaitInFlight(8);

            Probe<UringPipe> opening = Probe.idle();
            ring.get().raw().nop().doOnSuccess(nothing -> {
                if (closeFirst) {
                    old.source().close().subscribe();
                }
                disposed.forEach(Probe::dispose);
                if (!closeFirst) {
                    old.source().close().subscribe();
                }
                ring.get().files().pipe().subscribe(opening);
                opening.request(1);
            }).block();
            UringPipe young = opening.awaitValues(1).values().getFirst();
            List<Probe<ByteBuffer>> innocent = reads(young.source(), 8);
            ring.awaitInFlight(8);
            innocent.forEach(Probe::assertSilent);

            young.sink().write(ByteBuffer.allocate(8)).block();
            innocent.forEach(read -> read.awaitValues(1).awaitEnd());
            disposed.forEach(Probe::assertSilent);
            old.sink().close().block();
            close(young);
        }
    }

    @Test
    void readsThatAreNotDisposedOfAreToldWhenTheirFileIsClosedAndNobodyElse() {
        for (int round = 0; round < ROUNDS; round++) {
            UringPipe closed = ring.get().files().pipe().block();
            UringPipe other = ring.get().files().pipe().block();
            List<Probe<ByteBuffer>> told = reads(closed.source(), 3);
            List<Probe<ByteBuffer>> innocent = reads(other.source(), 3);
            ring.awaitInFlight(6);

            closed.source().close().block();
            told.forEach(read -> read.awaitError(UringCancelledException.class));
            ring.awaitInFlight(3);
            other.sink().write(ByteBuffer.allocate(3)).block();
            innocent.forEach(read -> read.awaitValues(1));
            closed.sink().close().block();
            close(other);
        }
    }

    @Test
    void theSameFileOpenedTwiceIsTwo() throws Exception {
        Path fifo = Fifo.make(directory.resolve("fifo"));
        UringFile first = ring.get().files().open(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE).block();
        UringFile second = ring.get().files().open(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE).block();
        List<Probe<ByteBuffer>> disposed = reads(first, 10);
        List<Probe<ByteBuffer>> innocent = reads(second, 10);
        ring.awaitInFlight(20);

        ring.get().batch(() -> disposed.forEach(Probe::dispose));
        ring.awaitInFlight(10);

        innocent.forEach(Probe::assertSilent);
        first.write(ByteBuffer.allocate(10)).block();
        innocent.forEach(read -> read.awaitValues(1));
        first.close().block();
        second.close().block();
    }

    @Test
    void aRequestOfAnotherRingIsNotSeen() {
        KernelUnderTest.assume(RingFeature.CANCEL_ALL_FD_ANY);
        Uring another = Uring.builder("another").build();
        try (RawPipe pipe = new RawPipe()) {
            ArmedRequests armed = new ArmedRequests(another).poll(1, pipe.source()).read(2, pipe.source()).await();

            assertThat(ring.get().raw().cancel(Cancel.fd(pipe.source()).all()).block()).isZero();
            ring.get().raw().cancel(Cancel.any()).block();
            assertThatThrownBy(() -> ring.get().raw().cancel(Cancel.userData(1)).block())
                    .cause().hasMessageContaining("ENOENT");

            another.raw().nop().block();
            armed.disposeOfTheRest();
        } finally {
            another.disposeLater().block();
        }
    }

    @Test
    void anExplicitCancelByNumberHitsWhoeverHasTheNumberNow() {
        KernelUnderTest.assume(RingFeature.CANCEL_ALL_FD_ANY);
        RawPipe old = new RawPipe();
        ArmedRequests armed = new ArmedRequests(ring.get()).poll(1, old.source()).poll(2, old.source()).await();
        ring.get().raw().submit(Operation.of(Opcode.CLOSE).fd(old.source())).block();
        try (RawPipe young = new RawPipe()) {
            assertThat(young.source()).as("the number is used again").isEqualTo(old.source());
            armed.poll(3, young.source()).await();

            assertThat(ring.get().raw().cancel(Cancel.fd(young.source()).all()).block()).isEqualTo(1);
            assertThat(armed.awaitCancelled(1)).containsExactly(3L);
            // The first two wait on a file without a number: their user_data names them still.
            assertThat(ring.get().raw().cancel(Cancel.userData(1)).block()).isZero();
            armed.awaitCancelled(2);
            armed.disposeOfTheRest();
        }
        old.closeSink();
    }

    @Test
    void anExplicitCancelByADuplicateHitsTheWholeOpenFile() throws Exception {
        KernelUnderTest.assume(Opcode.FIXED_FD_INSTALL);
        try (DirectFifo fifo = DirectFifo.open(ring.get(), directory)) {
            int duplicate = ring.get().raw().submit(
                    Operation.of(Opcode.FIXED_FD_INSTALL).fd(fifo.slot()).flags(IOSQE_FIXED_FILE)).block().result();
            ArmedRequests armed = new ArmedRequests(ring.get()).pollSlot(1, fifo.slot()).readSlot(2, fifo.slot())
                    .poll(3, duplicate).await();

            assertThat(ring.get().raw().cancel(Cancel.fd(duplicate).all()).block()).isEqualTo(3);
            armed.awaitCancelled(3);
            ring.get().raw().submit(Operation.of(Opcode.CLOSE).fd(duplicate)).block();
        }
    }

    @Test
    void aUserDataUsedAgainNamesOnlyTheOneInFlight() {
        try (RawPipe pipe = new RawPipe()) {
            for (int round = 0; round < ROUNDS; round++) {
                ArmedRequests first = new ArmedRequests(ring.get()).read(7, pipe.source()).await();
                first.get(7).dispose();
                ring.awaitIdle();
                ArmedRequests second = new ArmedRequests(ring.get()).read(7, pipe.source()).await();
                second.get(7).assertSilent();
                pipe.write(round);
                second.get(7).awaitValues(1);
            }
        }
    }
}
