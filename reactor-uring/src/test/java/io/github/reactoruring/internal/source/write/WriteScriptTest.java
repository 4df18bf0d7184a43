package io.github.reactoruring.internal.source.write;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_CLOSE;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_FTRUNCATE;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_UNLINKAT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.file.WriteOptions.Partial;
import io.github.reactoruring.internal.ring.SqeBytes;
import io.github.reactoruring.internal.ring.scripted.KernelBehaviour;
import io.github.reactoruring.internal.ring.scripted.KernelRequest;
import io.github.reactoruring.internal.ring.scripted.KernelRequest.Place;
import io.github.reactoruring.internal.source.OneShotMono;
import io.github.reactoruring.internal.source.raw.Nop;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.ScriptedLoop;
import io.github.reactoruring.testing.buffers.TrackedReader;
import io.github.reactoruring.testing.buffers.WriteSource;

/** Writes under a kernel that writes in part, late, or not at all. */
@Tag("fault")
class WriteScriptTest {

    private static final int CHUNK = 100;

    @TempDir
    Path directory;

    private final ScriptedLoop under = ScriptedLoop.open();
    private final WriteSource source = new WriteSource();
    private final TrackedReader reader = new TrackedReader();
    private final Probe<Long> probe = Probe.idle();

    @AfterEach
    void close() {
        under.close();
        reader.awaitNothingLeft();
    }

    @Test
    void shortWritesAreContinuedWhereTheyStopped() {
        Deque<Integer> moved = new ArrayDeque<>(List.of(30, 1, 60));
        under.ring().behaviour(new KernelBehaviour() {
            @Override
            protected int transfer(KernelRequest request, int bytes) {
                return moved.isEmpty() ? bytes : moved.poll();
            }
        });
        start(WriteOptions.defaults());
        emit(1);
        source.complete();
        under.turnUntil("the end", probe::isTerminated);

        assertThat(probe.values()).containsExactly((long) CHUNK);
        List<SqeBytes> writes = under.ring().taken(IORING_OP_WRITE);
        assertThat(writes).extracting(SqeBytes::off).containsExactly(0L, 30L, 31L, 91L);
        assertThat(writes).extracting(SqeBytes::len).containsExactly(100, 70, 69, 9);
        assertThat(writes).extracting(write -> write.addr() - writes.getFirst().addr())
                .containsExactly(0L, 30L, 31L, 91L);
    }

    @Test
    void aWriteOfNothingIsAnErrorAndNotRepeatedForEver() {
        under.ring().behaviour(new KernelBehaviour() {
            @Override
            protected int transfer(KernelRequest request, int bytes) {
                return 0;
            }
        });
        start(WriteOptions.defaults());
        emit(1);
        under.turnUntil("the end", probe::isTerminated);

        assertThat(probe.error()).hasMessageContaining("EIO");
        assertThat(source.cancelledBy()).isNotNull();
    }

    @Test
    void buffersOutliveTheDisposalUntilTheirOwnCompletion() {
        writesStayInTheDevice();
        start(WriteOptions.defaults().withPartial(Partial.DELETE));
        emit(3);

        probe.dispose();
        under.turns(50);
        assertThat(reader.alive()).isEqualTo(3);
        assertThat(under.ring().taken(IORING_OP_CLOSE)).isEmpty();

        List<KernelRequest> writes = under.ring().inFlight(IORING_OP_WRITE);
        under.ring().kernel().complete(writes.get(1));
        under.turns(5);
        assertThat(reader.alive()).isEqualTo(2);
        under.ring().kernel().complete(writes.get(0));
        under.ring().kernel().complete(writes.get(2), -Errno.EIO);
        under.turnUntil("the file closed", () -> !under.ring().taken(IORING_OP_CLOSE).isEmpty());

        assertThat(reader.alive()).isZero();
        assertThat(order()).containsSubsequence(IORING_OP_UNLINKAT, IORING_OP_CLOSE);
        assertThat(probe.isTerminated()).isFalse();
    }

    @Test
    void whatWasWrittenBehindAGapIsCutOff() {
        writesStayInTheDevice();
        start(WriteOptions.defaults());
        emit(3);

        List<KernelRequest> writes = under.ring().inFlight(IORING_OP_WRITE);
        under.ring().kernel().complete(writes.get(2));
        under.ring().kernel().complete(writes.get(0));
        under.ring().kernel().complete(writes.get(1), -Errno.ENOSPC);
        under.turnUntil("the end", probe::isTerminated);

        assertThat(probe.error()).hasMessageContaining("no space left");
        assertThat(under.ring().taken(IORING_OP_FTRUNCATE)).singleElement()
                .satisfies(sqe -> assertThat(sqe.off()).isEqualTo(CHUNK));
        assertThat(order()).containsSubsequence(IORING_OP_FTRUNCATE, IORING_OP_CLOSE)
                .doesNotContain(IORING_OP_UNLINKAT);
    }

    @Test
    void aPartOfTheFirstWriteThatFailedCounts() {
        writesStayInTheDevice();
        start(WriteOptions.defaults());
        emit(2);
        List<KernelRequest> writes = under.ring().inFlight(IORING_OP_WRITE);

        probe.dispose();
        under.turns(3);
        under.ring().kernel().complete(writes.get(0), 40);
        under.ring().kernel().complete(writes.get(1));
        under.turnUntil("the file closed", () -> !under.ring().taken(IORING_OP_CLOSE).isEmpty());

        assertThat(under.ring().taken(IORING_OP_FTRUNCATE)).singleElement()
                .satisfies(sqe -> assertThat(sqe.off()).isEqualTo(40));
    }

    @Test
    void nothingIsCutOffWhereNothingIsBehindTheGap() {
        writesStayInTheDevice();
        start(WriteOptions.defaults());
        emit(2);
        List<KernelRequest> writes = under.ring().inFlight(IORING_OP_WRITE);

        probe.dispose();
        under.turns(3);
        under.ring().kernel().complete(writes.get(1), -Errno.EINTR);
        under.ring().kernel().complete(writes.get(0), 40);
        under.turnUntil("the file closed", () -> !under.ring().taken(IORING_OP_CLOSE).isEmpty());

        assertThat(under.ring().taken(IORING_OP_FTRUNCATE)).isEmpty();
    }

    @Test
    void aFileThatCouldNotBeEmptiedIsNotDeleted() throws IOException {
        Path path = Files.writeString(directory.resolve("file"), "old");
        under.ring().behaviour(new KernelBehaviour() {
            @Override
            protected Place place(KernelRequest request) {
                return request.opcode() == IORING_OP_FTRUNCATE ? Place.DEVICE : super.place(request);
            }
        });
        start(WriteOptions.defaults().withPartial(Partial.DELETE));
        source.emit(reader.buffer(new byte[CHUNK]));
        under.spinUntil("the truncation", () -> !under.ring().inFlight(IORING_OP_FTRUNCATE).isEmpty());
        under.ring().kernel().complete(under.ring().inFlight(IORING_OP_FTRUNCATE).getFirst(), -Errno.EIO);
        under.turnUntil("the end", probe::isTerminated);

        assertThat(probe.error()).hasMessageContaining("EIO");
        assertThat(under.ring().taken(IORING_OP_UNLINKAT)).isEmpty();
        assertThat(path).hasContent("old");
    }

    @Test
    void aClosingRingEndsAWriteThatWaitsForItsSource() {
        start(WriteOptions.defaults().withPartial(Partial.DELETE));
        emit(1);
        under.turns(5);

        assertThat(under.shutDown()).isCompleted();

        assertThat(probe.error()).hasMessageContaining("closed");
        assertThat(source.cancelledBy()).isNotNull();
        assertThat(order()).containsSubsequence(IORING_OP_UNLINKAT, IORING_OP_CLOSE);
    }

    @Test
    void aRingThatBreaksTellsAWriteThatWaitsForItsSource() {
        start(WriteOptions.defaults());
        emit(1);
        under.turns(5);
        under.ring().refuseEnter(Errno.EFAULT);
        OneShotMono.<Void>create(under.loop(), Nop::new).onErrorComplete().subscribe();

        under.turnUntil("the ring broken", under::isOver);

        assertThat(probe.error()).isNotNull();
        assertThat(source.cancelledBy()).isNotNull();
        source.emit(reader.buffer(new byte[CHUNK]));
    }

    private List<Integer> order() {
        return under.ring().taken().stream().map(SqeBytes::opcode).toList();
    }

    private void writesStayInTheDevice() {
        under.ring().behaviour(new KernelBehaviour() {
            @Override
            protected Place place(KernelRequest request) {
                return request.opcode() == IORING_OP_WRITE ? Place.DEVICE : super.place(request);
            }
        });
    }

    private void start(WriteOptions options) {
        String path = directory.resolve("file").toString();
        WriteMono.write(under.loop(), path, source, options, reader).subscribe(probe);
        probe.request(1);
        under.turnUntil("the source subscribed to", source::isSubscribed);
    }

    /** Emits buffers that each become a write of their own. */
    private void emit(int count) {
        for (int i = 0; i < count; i++) {
            source.emit(reader.buffer(new byte[CHUNK]));
            under.turn();
        }
    }
}
