package io.github.reactoruring.internal.ring.kernel;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_POLL_ADD;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.ring.RingFeatures;
import io.github.reactoruring.internal.ring.RingUnderTest;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.testing.kernel.NeedsUring;

@NeedsUring
class RingSetupTest {

    @ParameterizedTest
    @CsvSource({"1,2,1,2", "5,10,8,16", "512,8192,512,8192", "1000000,1000000,32768,65536"})
    void entriesAreRoundedUpAndClamped(int submissions, int completions, int submissionCapacity,
            int completionCapacity) throws Exception {
        try (RingUnderTest under = RingUnderTest.open("real", submissions, completions)) {
            assertThat(under.ring.submissionCapacity()).isEqualTo(submissionCapacity);
            assertThat(under.ring.completionCapacity()).isEqualTo(completionCapacity);
        }
    }

    @ParameterizedTest
    @MethodSource("io.github.reactoruring.internal.ring.RingUnderTest#views")
    void theSmallestRingWorks(String view) throws Exception {
        try (RingUnderTest under = RingUnderTest.open(view, 1, 2)) {
            for (int i = 0; i < 100; i++) {
                under.stageNop(i);
                assertThat(under.ring.enter(true, 1, -1)).isEqualTo(1);
                assertThat(under.reap()).hasSize(1);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.github.reactoruring.internal.ring.RingUnderTest#views")
    void usesNoFeatureThatIsNotShown(String view) throws Exception {
        KernelView shown = RingUnderTest.view(view);
        try (RingUnderTest under = RingUnderTest.open(view, 8, 16)) {
            RingFeatures features = under.ring.features();
            assertThat(RingFeature.values()).filteredOn(features::has).allMatch(shown::shows);
            assertThat(Opcode.values()).filteredOn(opcode -> features.supports(opcode.code()))
                    .allMatch(opcode -> shown.showsOpcode(opcode.code()));
            if (!features.has(RingFeature.SEND_MSG_RING)) {
                assertThat(under.ring.armWake()).isTrue();
                assertThat(under.ring.ownInFlight(IORING_OP_POLL_ADD)).as("polls on an eventfd to be woken by").isOne();
            }
        }
    }

    @ParameterizedTest
    // COOP_TASKRUN gives way to DEFER_TASKRUN.
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "COOP_TASKRUN")
    void findsEveryFeatureThatTheRunningVersionBrought(RingFeature feature) throws Exception {
        try (RingUnderTest under = RingUnderTest.open("real", 8, 16)) {
            // A distribution may have it earlier, never later.
            if (feature.presentIn(runningVersion())) {
                assertThat(under.ring.features().has(feature)).isTrue();
            }
        }
    }

    @Test
    void findsEveryOpcodeThatTheRunningVersionBrought() throws Exception {
        int running = runningVersion();
        try (RingUnderTest under = RingUnderTest.open("real", 8, 16)) {
            assertThat(Opcode.values()).filteredOn(opcode -> version(opcode.since()) <= running
                    // Depend on how the kernel was configured.
                    && opcode != Opcode.RECV_ZC && opcode != Opcode.EPOLL_WAIT)
                    .allMatch(opcode -> under.ring.features().supports(opcode.code()));
            assertThat(under.ring.features().supports(200)).isFalse();
        }
    }

    @Test
    void isWokenByMessageWhereTheRunningVersionCan() throws Exception {
        try (RingUnderTest under = RingUnderTest.open("real", 8, 16)) {
            if (RingFeature.SEND_MSG_RING.presentIn(runningVersion())) {
                assertThat(under.ring.armWake()).isTrue();
                assertThat(under.ring.staged()).isZero();
                assertThat(under.ring.ownInFlight()).isZero();
            }
            assertThat(under.ring.features().toString()).contains("CANCEL_ALL_FD_ANY", "opcodes 0..");
        }
    }

    private static int runningVersion() {
        return version(System.getProperty("os.version"));
    }

    private static int version(String text) {
        int[] numbers = Arrays.stream(text.split("[^0-9]+")).limit(2).mapToInt(Integer::parseInt).toArray();
        return RingFeature.version(numbers[0], numbers[1]);
    }
}
