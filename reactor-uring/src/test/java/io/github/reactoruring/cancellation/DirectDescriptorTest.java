package io.github.reactoruring.cancellation;

import static io.github.reactoruring.testing.kernel.RawOperations.IOSQE_FIXED_FILE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.Completion;
import io.github.reactoruring.UringCancelledException;
import io.github.reactoruring.UringException;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.DirectFifo;
import io.github.reactoruring.testing.kernel.Fifo;
import io.github.reactoruring.testing.kernel.KernelSight;
import io.github.reactoruring.testing.kernel.KernelTrace;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsTrace;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.kernel.RawOperations;
import io.github.reactoruring.testing.process.Descriptors;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Opens files into the ring's own table, where they have no number in the process. */
@NeedsUring
class DirectDescriptorTest {

    private static final int SLOTS = 4096;
    private static final int ALLOCATE = -1;

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    @BeforeEach
    void needsThem() {
        KernelUnderTest.assume(RingFeature.DIRECT_DESCRIPTORS);
    }

    private UringFile open(Path path) {
        return ring.get().files().openDirect(path, StandardOpenOption.READ, StandardOpenOption.WRITE,
                StandardOpenOption.CREATE).block();
    }

    private UringFile openFifo(String name) throws Exception {
        return open(Fifo.make(directory.resolve(name)));
    }

    @Test
    void readsAndWritesWithoutADescriptorOfTheProcess() throws Exception {
        Path path = directory.resolve("file");
        Map<String, Integer> before = Descriptors.open();
        UringFile file = open(path);
        assertThat(Descriptors.open()).isEqualTo(before);

        file.writeAt(0, ByteBuffer.wrap(new byte[]{1, 2, 3, 4})).block();
        assertThat(file.readAt(1, 10).block()).isEqualTo(ByteBuffer.wrap(new byte[]{2, 3, 4}));
        file.close().block();
        file.close().block();

        assertThat(Files.readAllBytes(path)).containsExactly(1, 2, 3, 4);
        assertThatThrownBy(() -> file.read(1).block()).hasCauseInstanceOf(ClosedChannelException.class);
    }

    @Test
    void failsAsAnOrdinaryOpenDoes() {
        assertThatThrownBy(() -> ring.get().files().openDirect(directory.resolve("none")).block())
                .hasCauseInstanceOf(NoSuchFileException.class);
    }

    @Test
    @NeedsTrace
    void aBatchOnOneIsASingleCancelByItsSlot() throws Exception {
        KernelUnderTest.assume(RingFeature.CANCEL_FD_FIXED);
        UringFile disposed = openFifo("disposed");
        UringFile kept = openFifo("kept");
        List<Disposable> reads = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            reads.add(disposed.read(1).subscribe());
        }
        // Of the same opcode, so that only the slot tells them apart.
        Probe<ByteBuffer> survivor = Probe.idle();
        kept.read(1).subscribe(survivor);
        survivor.request(1);
        ring.awaitInFlight(17);

        KernelSight sight;
        try (KernelTrace trace = KernelTrace.start()) {
            ring.get().batch(() -> reads.forEach(Disposable::dispose));
            ring.awaitInFlight(1);
            sight = trace.stop();
        }
        assertThat(sight.submitted("ASYNC_CANCEL")).isEqualTo(1);
        assertThat(sight.cancels()).containsExactly(Map.entry("found 16", 1));
        survivor.assertSilent();
        kept.write(ByteBuffer.wrap(new byte[]{5})).block();
        survivor.awaitValues(1);
        disposed.close().block();
        kept.close().block();
    }

    @Test
    void isClosedOnlyWhenNothingUsesItsSlot() throws Exception {
        UringFile fifo = openFifo("fifo");
        List<String> events = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 10; i++) {
            fifo.read(1).subscribe(value -> {
            }, error -> events.add(error.getClass().getSimpleName()));
        }
        ring.awaitInFlight(10);
        fifo.close().doOnSuccess(nothing -> events.add("closed")).block();

        assertThat(events).hasSize(11).endsWith("closed")
                .filteredOn(event -> event.equals(UringCancelledException.class.getSimpleName())).hasSize(10);
    }

    @Test
    void slotsAreUsedAgain() throws Exception {
        Path path = Files.write(directory.resolve("file"), new byte[]{7});
        Long read = Flux.range(0, SLOTS + 500).flatMap(i -> ring.get().files().openDirect(path)
                .flatMap(file -> file.readAt(0, 1).flatMap(data -> file.close().thenReturn(data))), 64).count().block();

        assertThat(read).isEqualTo(SLOTS + 500);
    }

    @Test
    void saysSoWhenEverySlotIsTaken() throws Exception {
        Path path = Files.write(directory.resolve("file"), new byte[]{7});
        List<UringFile> files = Flux.range(0, SLOTS).flatMap(i -> ring.get().files().openDirect(path), 64)
                .collectList().block();

        assertThatThrownBy(() -> ring.get().files().openDirect(path).block()).cause()
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining(path.toString())
                .hasMessageContaining("no slot is free in the ring's table of direct descriptors");
        // The process has descriptors all the same.
        ring.get().files().open(path).flatMap(UringFile::close).block();

        files.getFirst().close().block();
        files.set(0, open(path));
        Flux.fromIterable(files).flatMap(UringFile::close).then().block();
    }

    @Test
    void oneThatArrivesAfterTheDisposalIsClosed() throws Exception {
        Path path = Files.write(directory.resolve("file"), new byte[]{7});
        for (int i = 0; i < SLOTS + 100; i++) {
            Disposable opening = ring.get().files().openDirect(path).subscribe(file -> file.close().subscribe());
            if (i % 3 == 0) {
                ring.get().raw().nop().block();
            }
            opening.dispose();
        }
        ring.get().raw().nop().block();
        ring.awaitIdle();
        // Had one been left in each round, there would be none free.
        open(path).close().block();
    }

    @ParameterizedTest
    @ValueSource(ints = {ALLOCATE, 100})
    void aRawOneThatArrivesAfterTheDisposalIsClosed(int fileIndex) throws Exception {
        Path path = Files.write(directory.resolve("file"), new byte[]{7});
        for (int i = 0; i < (fileIndex == ALLOCATE ? SLOTS + 100 : 10); i++) {
            Probe<Completion> probe = Probe.idle();
            ring.get().raw().submit(DirectFifo.openat(path, 0, fileIndex).onStaged(userData -> probe.dispose()))
                    .subscribe(probe);
            probe.request(1);
            if (i % 100 == 0) {
                ring.get().raw().nop().block();
                probe.assertSilent();
            }
        }
        ring.get().raw().nop().block();
        ring.awaitIdle();

        assertThat(ring.get().stats().lateCompletions()).isPositive();
        if (fileIndex == ALLOCATE) {
            open(path).close().block();
        } else {
            Await.until("an empty slot", () -> ring.get().raw().submit(RawOperations.read(fileIndex - 1, 1)
                    .flags(IOSQE_FIXED_FILE)).map(read -> false)
                    .onErrorResume(UringException.class, error -> Mono.just(error.errno() == Errno.EBADF)).block());
        }
    }

    @Test
    void aRawOpenMayChooseItsSlot() throws Exception {
        Path path = Files.write(directory.resolve("file"), new byte[]{7, 8});

        assertThat(ring.get().raw().submit(DirectFifo.openat(path, 0, 100)).block().result()).isZero();
        assertThat(ring.get().raw().submit(RawOperations.read(99, 5).flags(IOSQE_FIXED_FILE)).block().result())
                .isEqualTo(2);
        ring.get().raw().submit(Operation.of(Opcode.CLOSE).fd(0).fileIndex(100)).block();
        assertThatThrownBy(() -> ring.get().raw().submit(RawOperations.read(99, 5).flags(IOSQE_FIXED_FILE)).block())
                .hasMessageContaining("EBADF");
    }

    @Test
    void aDescriptorInstalledAfterTheDisposalIsClosed() throws Exception {
        KernelUnderTest.assume(Opcode.FIXED_FD_INSTALL);
        try (DirectFifo fifo = DirectFifo.open(ring.get(), directory)) {
            Map<String, Integer> before = Descriptors.open();
            Probe<Completion> probe = Probe.idle();
            ring.get().raw().submit(Operation.of(Opcode.FIXED_FD_INSTALL).fd(fifo.slot()).flags(IOSQE_FIXED_FILE)
                    .onStaged(userData -> probe.dispose())).subscribe(probe);
            probe.request(1);
            ring.get().raw().nop().block();

            Descriptors.awaitNoMoreThan(before);
            assertThat(ring.get().stats().lateCompletions()).isEqualTo(1);
        }
    }
}
