package io.github.reactoruring.internal.ring.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.reactoruring.Uring;
import io.github.reactoruring.UringUnavailableException;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.ring.RingUnderTest;
import io.github.reactoruring.internal.ring.RingUnderTest.Cqe;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsUring;

/** Holds a ring on the view of an older kernel to refusing what that did not know, and nothing else. */
@NeedsUring
class OlderKernelTest {

    /**
     * Something that a release brought.
     *
     * @param before the last release without it
     * @param since the first with it
     */
    private record News(String name, String before, String since, Consumer<Sqe> preparation) {

        @Override
        public String toString() {
            return name + " since " + since;
        }
    }

    private static final MemorySegment HOUR = hour();

    private static MemorySegment hour() {
        MemorySegment timespec = Arena.ofAuto().allocate(16, Long.BYTES);
        timespec.set(ValueLayout.JAVA_LONG, 0, 3600);
        return timespec;
    }

    static Stream<News> news() {
        return Stream.of(
                new News("CQE_SKIP_SUCCESS", "5.16", "5.17",
                        sqe -> Prep.nop(sqe).addFlags(IoUringAbi.IOSQE_CQE_SKIP_SUCCESS)),
                new News("an opcode", "5.18", "5.19", sqe -> sqe.opcode(IoUringAbi.IORING_OP_SOCKET).fd(-1).off(1)),
                new News("cancel by ALL", "5.18", "5.19",
                        sqe -> Prep.cancelMatching(sqe, 7, -1, 0, IoUringAbi.IORING_ASYNC_CANCEL_ALL)),
                new News("cancel by FD", "5.18", "5.19",
                        sqe -> Prep.cancelMatching(sqe, 0, 0, 0, IoUringAbi.IORING_ASYNC_CANCEL_FD)),
                new News("cancel by OP", "6.5", "6.6",
                        sqe -> Prep.cancelMatching(sqe, 0, -1, 0, IoUringAbi.IORING_ASYNC_CANCEL_OP)),
                new News("multishot timer", "6.3", "6.4",
                        sqe -> Prep.timeout(sqe, HOUR.address(), IoUringAbi.IORING_TIMEOUT_MULTISHOT)),
                new News("multishot accept", "5.18", "5.19", sqe -> sqe.opcode(IoUringAbi.IORING_OP_ACCEPT).fd(-1)
                        .ioprio(IoUringAbi.IORING_ACCEPT_MULTISHOT)),
                new News("multishot receive", "5.19", "6.0", sqe -> sqe.opcode(IoUringAbi.IORING_OP_RECV).fd(-1)
                        .flags(IoUringAbi.IOSQE_BUFFER_SELECT).ioprio(IoUringAbi.IORING_RECV_MULTISHOT)),
                new News("a slot that the kernel chooses", "5.18", "5.19",
                        sqe -> sqe.opcode(IoUringAbi.IORING_OP_OPENAT).fd(-1).addr(HOUR.address())
                                .fileIndex(IoUringAbi.IORING_FILE_INDEX_ALLOC)));
    }

    /** Submits one; returns its result, or 0 where it is in flight or its completion was dropped. */
    private static int result(String view, Consumer<Sqe> preparation) throws Exception {
        try (RingUnderTest under = RingUnderTest.open(view, 8, 16)) {
            Sqe sqe = under.ring.nextSqe();
            preparation.accept(sqe);
            sqe.userData(1);
            assertThat(under.ring.enter(true, 0, -1)).isEqualTo(1);
            int result = under.reap().stream().mapToInt(Cqe::result).findFirst().orElse(0);
            under.ring.abandon();
            return result;
        }
    }

    @ParameterizedTest
    @MethodSource("news")
    void refusesWhatIsNewerAsTheKernelDoes(News news) throws Exception {
        assertThat(result(news.before, news.preparation)).isEqualTo(-Errno.EINVAL);
        assertThat(result(news.since, news.preparation)).isNotEqualTo(-Errno.EINVAL);
    }

    @Test
    void refusesWhatIsRegisteredSince() throws Exception {
        MemorySegment memory = Arena.ofAuto().allocate(4096, 4096);
        try (RingUnderTest under = RingUnderTest.open("5.18", 8, 16)) {
            assertThat(under.ring.registerFileTable(8)).isEqualTo(-Errno.EINVAL);
            assertThat(under.ring.registerBuffer(memory.address(), memory.byteSize())).isEqualTo(-Errno.EINVAL);
            assertThat(under.ring.provideBuffers(1, 8, 64)).isNull();
        }
        try (RingUnderTest under = RingUnderTest.open("5.19", 8, 16)) {
            assertThat(under.ring.registerFileTable(8)).isZero();
            assertThat(under.ring.registerBuffer(memory.address(), memory.byteSize())).isZero();
            assertThat(under.ring.provideBuffers(1, 8, 64)).isNotNull();
        }
    }

    /** As on the kernel itself: what is linked behind what it does not know never starts. */
    @Test
    void aRefusalBreaksItsChain() throws Exception {
        try (RingUnderTest under = RingUnderTest.open("5.18", 8, 16)) {
            under.ring.nextSqe().opcode(IoUringAbi.IORING_OP_SOCKET).fd(1).off(1).addFlags(IoUringAbi.IOSQE_IO_LINK)
                    .userData(1);
            under.stageNop(2);
            under.ring.enter(true, 2, -1);

            assertThat(under.reap()).extracting(Cqe::result).containsExactlyInAnyOrder(-Errno.EINVAL,
                    -Errno.ECANCELED);
        }
    }

    @ParameterizedTest
    @CsvSource({"5.4,5.11", "5.10,5.11", "5.11,5.13", "5.12,5.13"})
    void aKernelThatNoRingCanSleepOnIsRefusedWhenOpening(String view, String since) {
        assertThatThrownBy(() -> RingUnderTest.open(view, 8, 16)).isInstanceOf(OldKernelException.class)
                .hasMessageContaining("before Linux " + since);
        assertThatThrownBy(() -> KernelUnderTest.build(Uring.builder("old"), view))
                .isInstanceOf(UringUnavailableException.class).hasMessageContaining("too old")
                .hasMessageContaining("Run Linux 5.19 or newer");
    }

    @Test
    void theLeastKernelWaitsWithATimeoutAndIsWoken() throws Exception {
        try (RingUnderTest under = RingUnderTest.open("5.13", 8, 16)) {
            assertThat(under.ring.features().has(RingFeature.TIMED_WAIT)).isTrue();
            under.armWake();
            assertThat(under.ring.enter(false, 1, 1)).isEqualTo(-Errno.ETIME);
            under.ring.wake();
            assertThat(under.ring.enter(false, 1, -1)).isZero();
            assertThat(under.reap()).hasSize(1);
        }
    }

    /** What it works with is there on the least of the kernels, too. */
    @Test
    void hidesNothingThatIsOlder() throws Exception {
        assertThat(result("5.13", sqe -> Prep.timeout(sqe, HOUR.address(), 0))).isZero();
        assertThat(result("5.13", sqe -> Prep.pollMultishot(sqe, 0, IoUringAbi.POLLIN))).isNotEqualTo(-Errno.EINVAL);
    }
}
