package io.github.reactoruring.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.Completion;
import io.github.reactoruring.UringException;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.Fifo;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.kernel.RawPipe;
import io.github.reactoruring.testing.process.Descriptors;
import reactor.core.publisher.Flux;

@NeedsUring
class RawSubmitTest {

    private static final int AT_FDCWD = -100;
    private static final int O_WRONLY_CREAT = 0x41;
    private static final int STATX_SIZE = 0x200;

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    private final RawPipe pipe = new RawPipe();
    private final Arena arena = Arena.ofAuto();

    @AfterEach
    void closePipe() {
        pipe.close();
    }

    private Completion submit(Operation operation) {
        return ring.get().raw().submit(operation).block();
    }

    private Probe<Completion> start(Operation operation) {
        Probe<Completion> probe = Probe.idle();
        ring.get().raw().submit(operation).subscribe(probe);
        return probe.request(1);
    }

    private Operation pendingRead() {
        return Operation.of(Opcode.READ).fd(pipe.source()).buffer(arena.allocate(16));
    }

    @Test
    void writesAndReadsMemory() {
        MemorySegment sent = arena.allocateFrom("completion");
        MemorySegment received = arena.allocate(64);

        Completion written = submit(Operation.of(Opcode.WRITE).fd(pipe.sink()).buffer(sent));
        Completion read = submit(Operation.of(Opcode.READ).fd(pipe.source()).buffer(received));

        assertThat(written.result()).isEqualTo(11);
        assertThat(read.result()).isEqualTo(11);
        assertThat(received.getString(0)).isEqualTo("completion");
        assertThat(read.more()).isFalse();
        assertThat(read.bufferId()).isEqualTo(-1);
        assertThat(read.userData()).isNotEqualTo(written.userData());
    }

    @Test
    void looksAFileUp(@TempDir Path directory) throws Exception {
        Path file = Files.write(directory.resolve("file"), new byte[1234]);
        MemorySegment status = arena.allocate(256, 8);

        submit(Operation.of(Opcode.STATX).fd(AT_FDCWD).pointer(arena.allocateFrom(file.toString())).length(STATX_SIZE)
                .offset(status));

        assertThat(status.get(ValueLayout.JAVA_LONG, 40)).isEqualTo(1234);
    }

    @Test
    void opensAndClosesADescriptor(@TempDir Path directory) throws Exception {
        MemorySegment path = arena.allocateFrom(directory.resolve("new").toString());

        int fd = submit(Operation.of(Opcode.OPENAT).fd(AT_FDCWD).pointer(path).operationFlags(O_WRONLY_CREAT)
                .length(0600)).result();
        submit(Operation.of(Opcode.FSYNC).fd(fd));

        assertThat(submit(Operation.of(Opcode.CLOSE).fd(fd)).result()).isZero();
        assertThat(directory.resolve("new")).isEmptyFile();
    }

    @Test
    void submitsOneDescriptionAnyNumberOfTimes() {
        Operation nop = Operation.of(Opcode.NOP);

        List<Long> userData = Flux.range(0, 1000).flatMap(i -> ring.get().raw().submit(nop), 1000)
                .map(Completion::userData).collectList().block();

        assertThat(userData).hasSize(1000).doesNotHaveDuplicates();
    }

    @Test
    void anErrorIsNamedWithItsOperation() {
        UringException error = start(Operation.of(Opcode.READ).fd(1_000_000).buffer(arena.allocate(1)))
                .awaitError(UringException.class);

        assertThat(error).hasMessage("READ failed with EBADF: bad file descriptor");
        assertThat(error.file()).isNull();
    }

    @Test
    void memoryIsReleasedOnceTheKernelIsDoneWithIt() {
        AtomicInteger released = new AtomicInteger();
        Operation read = pendingRead().onRelease(released::incrementAndGet);

        Probe<Completion> completed = start(read);
        ring.awaitInFlight(1);
        assertThat(released).hasValue(0);
        pipe.write(1);
        completed.awaitEnd();
        Await.until("the release", () -> released.get() == 1);

        Probe<Completion> cancelled = start(read);
        ring.awaitInFlight(1);
        assertThat(released).hasValue(1);
        cancelled.dispose();
        ring.awaitIdle();
        assertThat(released).hasValue(2);
        cancelled.assertSilent();
    }

    @Test
    void memoryThatWasFreedBeforeTheSubmissionFailsTheRequest() {
        Arena closed = Arena.ofShared();
        Operation read = pendingRead().buffer(closed.allocate(8));
        closed.close();

        assertThat(start(read).awaitError(IllegalStateException.class)).hasMessageContaining("READ")
                .hasMessageContaining("closed");
        assertThat(ring.get().stats().submitted()).isZero();
    }

    @Test
    void memoryIsReleasedOnceWhenNothingWasAskedFor() {
        AtomicInteger released = new AtomicInteger();
        Operation read = pendingRead().onRelease(released::incrementAndGet);

        Probe<Completion> never = Probe.idle();
        ring.get().raw().submit(read).subscribe(never);
        never.dispose();
        Await.until("the release", () -> released.get() == 1);
        ring.get().raw().nop().block();

        assertThat(released).hasValue(1);
    }

    @Test
    void memoryIsReleasedOnceWhenNoSqeWasMade() {
        AtomicInteger released = new AtomicInteger();
        Operation read = pendingRead().onRelease(released::incrementAndGet);

        ring.get().raw().nop().doOnSuccess(nothing -> start(read).dispose()).block();
        ring.get().raw().nop().block();

        assertThat(released).hasValue(1);
        assertThat(ring.get().stats().dropped()).isEqualTo(1);
    }

    @Test
    void aDescriptorThatArrivesForNobodyIsClosed(@TempDir Path directory) throws Exception {
        MemorySegment path = arena.allocateFrom(Files.createFile(directory.resolve("file")).toString());
        Operation open = Operation.of(Opcode.OPENAT).fd(AT_FDCWD).pointer(path);
        Map<String, Integer> before = Descriptors.open();
        List<Probe<Completion>> all = new ArrayList<>();

        for (int i = 0; i < 500; i++) {
            Probe<Completion> opening = start(open);
            opening.dispose();
            all.add(opening);
        }
        ring.awaitIdle();

        closeWhatWasHandedOver(all);
        assertThat(all).anyMatch(opening -> opening.values().isEmpty());
        Descriptors.awaitNoMoreThan(before);
    }

    @Test
    void aDescriptorThatArrivesLateFromAWorkerIsClosed(@TempDir Path directory) throws Exception {
        Path fifo = Fifo.make(directory.resolve("fifo"));
        Operation open = Operation.of(Opcode.OPENAT).flags(16).fd(AT_FDCWD)
                .pointer(arena.allocateFrom(fifo.toString()));
        for (int i = 0; i < 20; i++) {
            Probe<Completion> opening = start(open);
            ring.awaitInFlight(1);
            // The writer's open lets the reader's go on, at about the time of its disposal.
            Probe<Completion> writer = start(open.operationFlags(1));
            opening.dispose();
            writer.dispose();
            ring.awaitIdle();
            closeWhatWasHandedOver(List.of(opening, writer));
        }
    }

    /** Closes what was quicker than its disposal. */
    private void closeWhatWasHandedOver(List<Probe<Completion>> openings) {
        openings.forEach(opening -> opening.values()
                .forEach(opened -> submit(Operation.of(Opcode.CLOSE).fd(opened.result()))));
    }

    /** Multishot reads of the library take from a group of their own. */
    @Test
    void theBufferGroupOfTheLibraryIsRefused() {
        Operation provide = Operation.of(Opcode.PROVIDE_BUFFERS).fd(1).buffer(arena.allocate(8)).bufferIndex(0xffff);
        Operation receive = Operation.of(Opcode.RECV).flags(32).bufferIndex(-1);

        for (Operation operation : List.of(provide, receive)) {
            assertThatThrownBy(() -> ring.get().raw().submit(operation)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("65535").hasMessageContaining(operation.opcode().name());
        }
        assertThat(submit(provide.bufferIndex(0)).result()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8, 64, 128})
    void flagsThatAreTheLibrarysAreRefused(int flag) {
        assertThatThrownBy(() -> Operation.of(Opcode.NOP).flags(flag)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("IO_DRAIN");
    }

    @Test
    void memoryOfTheHeapIsRefused() {
        MemorySegment heap = MemorySegment.ofArray(new byte[8]);

        assertThatThrownBy(() -> Operation.of(Opcode.READ).buffer(heap)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("native memory");
        assertThatThrownBy(() -> Operation.of(Opcode.READ).pointer(heap))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
