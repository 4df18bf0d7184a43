package io.github.reactoruring.internal.ring.scripted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.internal.ring.CqeBatch;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;

/** Holds that the scripted ring sees what it is there to see: each test breaks a rule, and is told so. */
class ScriptedRingTest {

    private static final int STREAM_BYTES = 16;

    private ScriptedRing ring = new ScriptedRing(4, 8);

    @BeforeEach
    void enable() {
        ring.enable();
    }

    @Test
    void seesStaleBytes() {
        Sqe sqe = ring.nextSqe();
        sqe.opcode(IoUringAbi.IORING_OP_NOP).addr3(7).personality(1);
        ring.enter(true, 0, -1);
        assertViolation("stale bytes in addr3");
        assertViolation("a personality nobody registered");
    }

    @Test
    void seesDrain() {
        ring.nextSqe().opcode(IoUringAbi.IORING_OP_NOP).flags(2);
        ring.enter(true, 0, -1);
        assertViolation("IO_DRAIN");
    }

    @Test
    void seesUserDataUsedTwice() {
        poll(1);
        poll(1);
        ring.enter(true, 0, -1);
        assertViolation("used again");
    }

    @Test
    void seesUserDataUsedAgainBeforeItsCompletionWasReaped() {
        nop(1);
        ring.enter(true, 0, -1);
        nop(1);
        ring.enter(true, 0, -1);
        assertViolation("used again");
    }

    @Test
    void letsUserDataBeUsedAgainAfterwards() {
        nop(1);
        ring.enter(true, 0, -1);
        ring.reap(new CqeBatch(8));
        nop(1);
        ring.enter(true, 0, -1);
        ring.violations().assertNone();
    }

    @Test
    void seesAnSqeRewrittenBeforeItWasTaken() {
        Sqe sqe = ring.nextSqe();
        sqe.opcode(IoUringAbi.IORING_OP_NOP).userData(1);
        ring.refuseEnter(Errno.EAGAIN);
        ring.enter(true, 0, -1);
        sqe.userData(2);
        ring.enter(true, 0, -1);
        assertViolation("rewritten before");
    }

    @Test
    void seesAnSqeWrittenAfterItWasTaken() {
        Sqe sqe = ring.nextSqe();
        sqe.opcode(IoUringAbi.IORING_OP_NOP).userData(1);
        ring.enter(true, 0, -1);
        sqe.len(9);
        for (int i = 0; i < 4; i++) {
            nop(10 + i);
        }
        assertViolation("written after");
    }

    @Test
    void seesMemoryFreedBeforeTheFinalCqe() {
        MemorySegment memory = ring.memory().allocate(STREAM_BYTES);
        read(memory);
        ring.memory().free(memory);
        assertViolation("freed before the final CQE");
        ring.kernel().complete(ring.kernel().inFlight().getFirst());
        assertViolation("not leased");
    }

    @Test
    void seesALateWriteOfADevice() {
        MemorySegment memory = ring.memory().allocate(STREAM_BYTES);
        read(memory);
        KernelRequest request = ring.kernel().inFlight().getFirst();
        request.moveTo(KernelRequest.Place.DEVICE);
        ring.kernel().scribble(request);
        ring.violations().assertNone();
        ring.memory().free(memory);
        ring.violations().drain();
        ring.kernel().scribble(request);
        assertViolation("not leased");
    }

    /** Of memory that was registered once, a part may be registered again, alone or in something larger. */
    @Test
    void forgetsRegisteredMemoryWithItsRegistration() {
        MemorySegment memory = Arena.ofAuto().allocate(3 * STREAM_BYTES);
        ring.unregisterBuffer(ring.registerBuffer(memory.address() + STREAM_BYTES, STREAM_BYTES));
        int buffer = ring.registerBuffer(memory.address(), memory.byteSize());
        int file = ring.files().create("stream", KernelFile.Kind.STREAM);
        ring.nextSqe().opcode(IoUringAbi.IORING_OP_READ_FIXED).fd(file).addr(memory.address() + 2 * STREAM_BYTES)
                .len(STREAM_BYTES).off(-1).bufIndex(buffer).userData(1);
        ring.enter(true, 0, -1);

        KernelRequest request = ring.kernel().inFlight().getFirst();
        request.moveTo(KernelRequest.Place.DEVICE);
        ring.kernel().scribble(request);
        ring.violations().assertNone();
        ring.kernel().registered().unregister(buffer);
        assertViolation("unregistered under");
    }

    @Test
    void seesMemoryFreedTwice() {
        MemorySegment memory = ring.memory().allocate(STREAM_BYTES);
        ring.memory().free(memory);
        ring.memory().free(memory);
        assertViolation("freed twice");
    }

    @Test
    void seesALeaseEndedTwice() {
        var lease = new CheckedBuffers(ring).lease(STREAM_BYTES);
        lease.release();
        lease.fill(1);
        assertViolation("after it had ended");
    }

    @Test
    void seesAWritesDataChangeUnderIt() {
        MemorySegment memory = ring.memory().allocate(STREAM_BYTES);
        int descriptor = stream();
        ring.behaviour(new KernelBehaviour() {
            @Override
            protected KernelRequest.Place place(KernelRequest request) {
                return KernelRequest.Place.WORKER_QUEUED;
            }
        });
        ring.nextSqe().opcode(IoUringAbi.IORING_OP_WRITE).fd(descriptor).addr(memory.address()).len(STREAM_BYTES);
        ring.enter(true, 0, -1);
        memory.fill((byte) 1);
        ring.kernel().complete(ring.kernel().inFlight().getFirst());
        ring.enter(false, 0, -1);
        assertViolation("memory changed");
    }

    @Test
    void seesACloseWithARequestInFlight() {
        int descriptor = stream();
        ring.nextSqe().opcode(IoUringAbi.IORING_OP_POLL_ADD).fd(descriptor).opFlags(1).userData(1);
        ring.nextSqe().opcode(IoUringAbi.IORING_OP_CLOSE).fd(descriptor).userData(2);
        ring.enter(true, 0, -1);
        assertViolation("with a request in flight");
    }

    @Test
    void seesADoubleClose() {
        int descriptor = stream();
        ring.nextSqe().opcode(IoUringAbi.IORING_OP_CLOSE).fd(descriptor).userData(1);
        ring.nextSqe().opcode(IoUringAbi.IORING_OP_CLOSE).fd(descriptor).userData(2);
        ring.enter(true, 0, -1);
        assertViolation("double close");
    }

    @Test
    void reusesNumbersAsAProcessDoes() {
        int first = stream();
        int duplicate = ring.files().dup(first);
        ring.nextSqe().opcode(IoUringAbi.IORING_OP_CLOSE).fd(first).userData(1);
        ring.enter(true, 0, -1);
        int second = stream();
        assertThat(second).isEqualTo(first);
        assertThat(ring.files().file(second)).isNotSameAs(ring.files().file(duplicate));
    }

    @Test
    void seesASubmissionWhileCompletionsAreHeldBack() {
        for (int i = 0; i < 9; i++) {
            ring.post(100 + i, 0, 0);
        }
        nop(1);
        ring.enter(true, 0, -1);
        assertViolation("held back");
    }

    @Test
    void seesTheRingClosedWithRequestsInFlight() {
        poll(1);
        ring.enter(true, 0, -1);
        ring.close();
        assertViolation("closed with requests in flight");
    }

    @Test
    void seesAForeignThread() throws InterruptedException {
        Thread.ofPlatform().start(() -> ring.nextSqe()).join();
        assertViolation("nextSqe on");
    }

    @Test
    void seesAProvidedBufferGivenBackTwice() {
        ring.provideBuffers(0, 4, 64).giveBack(2);
        ring.kernel().providedOut();
        assertViolation("given back twice");
    }

    @Test
    void seesAProvidedBufferThatIsNotGivenBack() {
        ring.provideBuffers(0, 4, 64);
        ring.nextSqe().opcode(IoUringAbi.IORING_OP_READ_MULTISHOT).flags(IoUringAbi.IOSQE_BUFFER_SELECT).fd(stream())
                .off(-1).userData(1);
        ring.enter(true, 0, -1);
        KernelRequest request = ring.kernel().inFlight().getFirst();
        ring.kernel().emit(request);
        ring.kernel().complete(request, -Errno.ECANCELED, 0);
        ring.enter(false, 0, -1);
        ring.close();
        assertViolation("were not given back");
    }

    @Test
    void failsASleepThatNothingCanEnd() {
        poll(1);
        assertThat(ring.enter(true, 0, -1)).isEqualTo(1);
        assertThatThrownBy(() -> ring.enter(false, 1, -1)).isInstanceOf(AssertionError.class)
                .hasMessageContaining("sleeps for ever");
    }

    @Test
    void refusesOnlyWhatAnOldKernelDoesNotKnow() {
        ring = new ScriptedRing(4, 8,
                EnumSet.complementOf(EnumSet.of(RingFeature.CANCEL_OP, RingFeature.SUBMIT_ALL)));
        ring.enable();
        cancel(1, IoUringAbi.IORING_ASYNC_CANCEL_ANY);
        cancel(2, IoUringAbi.IORING_ASYNC_CANCEL_OP);
        nop(3);
        assertThat(ring.enter(true, 0, -1)).as("without SUBMIT_ALL it stops there").isEqualTo(2);
        assertThat(ring.cancels()).hasSize(1);
    }

    private void assertViolation(String part) {
        List<String> found = ring.violations().found();
        assertThat(found).anySatisfy(violation -> assertThat(violation).contains(part));
    }

    private int stream() {
        return ring.files().create("stream", KernelFile.Kind.STREAM);
    }

    private void nop(long userData) {
        ring.nextSqe().opcode(IoUringAbi.IORING_OP_NOP).userData(userData);
    }

    private void poll(long userData) {
        ring.nextSqe().opcode(IoUringAbi.IORING_OP_POLL_ADD).fd(stream()).opFlags(1).userData(userData);
    }

    private void cancel(long userData, int flags) {
        ring.nextSqe().opcode(IoUringAbi.IORING_OP_ASYNC_CANCEL).fd(-1).opFlags(flags).userData(userData);
    }

    private void read(MemorySegment memory) {
        ring.nextSqe().opcode(IoUringAbi.IORING_OP_READ).fd(stream()).addr(memory.address()).len(STREAM_BYTES)
                .userData(1);
        ring.enter(true, 0, -1);
    }
}
