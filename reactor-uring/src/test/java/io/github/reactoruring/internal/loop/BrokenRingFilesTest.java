package io.github.reactoruring.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.internal.ring.kernel.KernelDescriptors;
import io.github.reactoruring.internal.ring.scripted.KernelBehaviour;
import io.github.reactoruring.internal.ring.scripted.KernelRequest;
import io.github.reactoruring.internal.ring.scripted.KernelRequest.Place;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.ErrnoException;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.OpenFlags;
import io.github.reactoruring.internal.sys.Syscalls;
import io.github.reactoruring.testing.RecordingRequest;
import io.github.reactoruring.testing.ScriptedLoop;

/** Holds that each descriptor is closed once, also where a ring broke or is over. Real descriptors: pipes. */
@Tag("fault")
class BrokenRingFilesTest {

    private final ScriptedLoop under = ScriptedLoop.open();
    private final int[] ends = new int[2];
    private final List<Integer> results = new ArrayList<>();

    @BeforeEach
    void openPipe() {
        assertThat(Syscalls.pipe2(ends, OpenFlags.O_CLOEXEC)).isZero();
    }

    @AfterEach
    void close() {
        under.close();
        Syscalls.close(ends[1]);
    }

    @Test
    void aFileThatIsOpenWhenTheRingBreaksIsClosed() {
        OpenFile file = new OpenFile(under.loop(), ends[0], false, "pipe");
        breakRing();
        assertClosed();
        file.close(results::add);
        assertThat(results).containsExactly(0);
    }

    @Test
    void aCloseThatWaitsForRequestsWhenTheRingBreaksIsAnswered() {
        OpenFile file = new OpenFile(under.loop(), ends[0], false, "pipe");
        RecordingRequest.poll(file).submit();
        under.turn();
        under.only().moveTo(Place.DEVICE);
        file.close(results::add);
        under.turn();
        breakRing();

        assertClosed();
        assertThat(results).containsExactly(0);
    }

    @Test
    void aCloseThatIsQueuedWhenTheRingBreaksIsCarriedOutOnce() throws ErrnoException {
        OpenFile file = new OpenFile(under.loop(), ends[0], false, "pipe");
        int[] reopened = new int[2];
        // The queue is full of what the kernel does not take: the CLOSE finds no room.
        for (int i = 0; i < under.ring().submissionCapacity(); i++) {
            RecordingRequest.nop(under.loop()).submit();
        }
        under.ring().refuseEnter(Errno.EAGAIN);
        under.turn();
        file.close(result -> {
            results.add(result);
            // Takes the number that has just become free.
            assertThat(Syscalls.pipe2(reopened, OpenFlags.O_CLOEXEC)).isZero();
        });
        under.ring().refuseEnter(Errno.EBADR);
        under.turn();

        assertThat(results).containsExactly(0);
        assertThat(reopened[0]).isEqualTo(ends[0]);
        assertThat(new KernelDescriptors().status(reopened[0])).isNotNull();
        Syscalls.close(reopened[0]);
        Syscalls.close(reopened[1]);
    }

    @Test
    void aDescriptorThatTheRingMayHaveClosedIsNotClosedAgain() {
        under.ring().behaviour(new KernelBehaviour() {
            @Override
            protected Place place(KernelRequest request) {
                return request.opcode() == IoUringAbi.IORING_OP_CLOSE ? Place.WORKER_QUEUED : super.place(request);
            }
        });
        OpenFile file = new OpenFile(under.loop(), ends[0], false, "pipe");
        file.close(results::add);
        under.turn();
        // It is closed, and the loop does not know yet; closing it twice would be a violation.
        under.ring().kernel().complete(under.only());
        breakRing();
        assertThat(results).containsExactly(-Errno.EBADF);
    }

    @Test
    void aFileThatIsClosedAfterTheLoopIsOverIsClosedAtOnce() {
        under.shutDown();
        OpenFile late = new OpenFile(under.loop(), ends[0], false, "pipe");
        late.close(results::add);
        assertThat(results).containsExactly(0);
        assertClosed();
    }

    /** A worker of the kernel's looks the number up when it gets to the request, which may be after the ring has broken. */
    @Test
    void aNumberThatTheKernelMayStillLookUpIsNeverGivenBack() throws ErrnoException {
        OpenFile file = new OpenFile(under.loop(), ends[0], false, "pipe");
        RecordingRequest.onFile(file, IoUringAbi.IORING_OP_FSYNC, true, sqe -> {
        }).submit();
        under.turn();
        under.only().moveTo(Place.WORKER_QUEUED);
        breakRing();

        assertThat(new KernelDescriptors().status(ends[0])).as("still open").isNotNull();
        file.close(results::add);
        assertThat(results).containsExactly(-Errno.EBUSY);
        Syscalls.close(ends[0]);
    }

    private void breakRing() {
        RecordingRequest.nop(under.loop()).submit();
        under.ring().refuseEnter(Errno.EBADR);
        under.turn();
        assertThat(under.isOver()).isTrue();
    }

    private void assertClosed() {
        assertThatThrownBy(() -> new KernelDescriptors().status(ends[0])).isInstanceOfSatisfying(ErrnoException.class,
                failure -> assertThat(failure.errno()).isEqualTo(Errno.EBADF));
    }
}
