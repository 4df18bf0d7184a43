package io.github.reactoruring.internal.ring.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.ring.RingUnderTest;
import io.github.reactoruring.internal.ring.RingUnderTest.Cqe;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.Descriptors;

/** Holds for the kernel as it is, and as each older one it is made to look like. */
@NeedsUring
class KernelRingTest {

    private static final String VIEWS = "io.github.reactoruring.internal.ring.RingUnderTest#views";
    private static final long SECONDS_10 = 10_000_000_000L;
    private static final long MILLISECOND = 1_000_000;

    private Map<String, Integer> descriptorsBefore;

    @BeforeEach
    void countDescriptors() {
        descriptorsBefore = Descriptors.open();
    }

    @AfterEach
    void everythingIsClosed() {
        Descriptors.awaitNoMoreThan(descriptorsBefore);
    }

    @ParameterizedTest
    @MethodSource(VIEWS)
    void completesEachNopOnceAndInOrder(String view) throws Exception {
        try (RingUnderTest under = RingUnderTest.open(view, 4, 8)) {
            for (long round = 0; round < 10_000; round += 4) {
                for (int i = 0; i < 4; i++) {
                    under.stageNop(round + i);
                }
                assertThat(under.ring.enter(true, 4, -1)).isEqualTo(4);
                assertThat(under.reap()).extracting(Cqe::userData)
                        .containsExactly(round, round + 1, round + 2, round + 3);
            }
        }
    }

    @ParameterizedTest
    @MethodSource(VIEWS)
    void givesNoSqeWhileTheQueueIsFull(String view) throws Exception {
        try (RingUnderTest under = RingUnderTest.open(view, 8, 16)) {
            for (int i = 0; i < 8; i++) {
                under.stageNop(i);
            }
            assertThat(under.ring.nextSqe()).isNull();
            assertThat(under.ring.freeSqes()).isZero();

            assertThat(under.ring.enter(true, 0, -1)).isEqualTo(8);
            assertThat(under.ring.staged()).isZero();
            assertThat(under.ring.nextSqe()).isNotNull();
        }
    }

    @ParameterizedTest
    @MethodSource(VIEWS)
    void losesNoCompletionToAnOverflow(String view) throws Exception {
        try (RingUnderTest under = RingUnderTest.open(view, 8, 16)) {
            for (int i = 0; i < 40; i++) {
                under.stageNop(i);
                if (i % 8 == 7) {
                    assertThat(under.ring.enter(true, 0, -1)).isEqualTo(8);
                }
            }
            assertThat(under.ring.overflowed()).isTrue();

            List<Cqe> taken = under.reap();
            while (under.ring.overflowed()) {
                assertThat(under.ring.enter(false, 0, -1)).isZero();
                taken.addAll(under.reap());
            }
            assertThat(taken).extracting(Cqe::userData)
                    .containsExactlyElementsOf(LongStream.range(0, 40).boxed().toList());
        }
    }

    @ParameterizedTest
    @MethodSource(VIEWS)
    void waitsNoLongerThanItIsTold(String view) throws Exception {
        try (RingUnderTest under = RingUnderTest.open(view, 8, 16)) {
            long start = System.nanoTime();
            assertThat(under.ring.enter(true, 1, MILLISECOND)).isEqualTo(-Errno.ETIME);
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(MILLISECOND);
            assertThat(under.ring.completionsReady()).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource(VIEWS)
    void submitsAlthoughTheWaitTimesOut(String view) throws Exception {
        try (RingUnderTest under = RingUnderTest.open(view, 8, 16)) {
            under.stageNop(1);
            assertThat(under.ring.enter(true, 2, MILLISECOND)).isEqualTo(1);
            assertThat(under.reap()).extracting(Cqe::userData).containsExactly(1L);
        }
    }

    @ParameterizedTest
    @MethodSource(VIEWS)
    void isWokenByAnotherThread(String view) throws Exception {
        try (RingUnderTest under = RingUnderTest.open(view, 8, 16)) {
            under.armWake();
            CountDownLatch waiting = new CountDownLatch(1);
            CompletableFuture<Void> waker = CompletableFuture.runAsync(() -> {
                try {
                    waiting.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                under.ring.wake();
            });
            waiting.countDown();

            assertThat(under.ring.enter(true, 1, SECONDS_10)).isNotNegative();

            assertThat(under.reap()).allSatisfy(cqe -> {
                assertThat(cqe.userData()).isEqualTo(RingUnderTest.WAKE);
                assertThat(cqe.flags() & IoUringAbi.IORING_CQE_F_MORE).as("the last of its request").isNotZero();
            }).isNotEmpty();
            waker.join();
        }
    }

    @ParameterizedTest
    @MethodSource(VIEWS)
    void keepsAWakeUpThatCameBeforeTheWait(String view) throws Exception {
        try (RingUnderTest under = RingUnderTest.open(view, 8, 16)) {
            for (int round = 0; round < 3; round++) {
                if (round == 0) {
                    under.armWake();
                }
                CompletableFuture.runAsync(under.ring::wake).join();
                assertThat(under.ring.enter(true, 1, SECONDS_10)).isNotNegative();
                assertThat(under.reap()).hasSize(1);
            }
            assertThat(under.ring.enter(true, 1, MILLISECOND)).as("woken no more").isEqualTo(-Errno.ETIME);
        }
    }

    @ParameterizedTest
    @MethodSource(VIEWS)
    void goesOnAfterAnSqeTheKernelRefuses(String view) throws Exception {
        try (RingUnderTest under = RingUnderTest.open(view, 8, 16)) {
            under.stageNop(1);
            under.ring.nextSqe().opcode(250).userData(2);
            under.stageNop(3);

            assertThat(under.ring.enter(true, 3, -1)).isEqualTo(3);

            assertThat(under.reap()).extracting(Cqe::userData, Cqe::result).containsExactly(
                    tuple(1L, 0), tuple(2L, -Errno.EINVAL),
                    tuple(3L, 0));
        }
    }

    @ParameterizedTest
    @MethodSource(VIEWS)
    void wakesNobodyOnceItIsClosed(String view) throws Exception {
        RingUnderTest under = RingUnderTest.open(view, 8, 16);
        under.close();
        under.close();

        under.ring.wake();
    }

    @Test
    void entersByTheRegisteredDescriptorHoweverManyRingsTheThreadHadBefore() throws Exception {
        Field enterFlags = KernelRing.class.getDeclaredField("enterFlags");
        enterFlags.setAccessible(true);
        // A thread can register 16.
        for (int i = 0; i < 40; i++) {
            try (RingUnderTest under = RingUnderTest.open("real", 8, 16)) {
                assertThat(enterFlags.getInt(under.ring) & IoUringAbi.IORING_ENTER_REGISTERED_RING).isNotZero();
                under.stageNop(i);
                assertThat(under.ring.enter(true, 1, -1)).isEqualTo(1);
            }
        }
    }

    @ParameterizedTest
    @MethodSource(VIEWS)
    void refusesAForeignThreadWhereOneThreadOwnsTheRing(String view) throws Exception {
        try (RingUnderTest under = RingUnderTest.open(view, 8, 16)) {
            under.stageNop(1);
            // The ring is registered with its owner only, so a foreign thread's enter finds none or is not let in.
            int foreign = CompletableFuture.supplyAsync(() -> under.ring.enter(true, 0, -1)).join();

            if (under.ring.features().has(RingFeature.SINGLE_ISSUER)) {
                assertThat(foreign).isIn(-Errno.EEXIST, -Errno.EINVAL, -Errno.EBADF);
                assertThat(under.ring.staged()).as("nothing was consumed").isEqualTo(1);
            }
            assertThat(under.ring.enter(true, 1, -1)).isGreaterThanOrEqualTo(0);
            assertThat(under.reap()).extracting(Cqe::userData).containsExactly(1L);
        }
    }
}
