package io.github.reactoruring.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.UringTimings;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.testing.RecordingRequest;
import io.github.reactoruring.testing.ScriptedLoop;

/** Times turns and waits by the scripted ring's clock, on which nothing takes time but enters and what a test says. */
class TimingsTest {

    private static final long ENTER_NANOS = 1_000;

    private final ScriptedLoop under = ScriptedLoop.timed();

    @AfterEach
    void close() {
        under.close();
    }

    @Test
    void aTurnTakesWhatItsTasksAndItsSystemCallTake() {
        under.loop().execute(() -> under.ring().advance(7_000_000));
        submitNop();
        under.turn();
        under.ring().advance(1_000_000_000);
        under.loop().execute(() -> under.ring().advance(500));
        under.turn();

        assertThat(timings().turns()).isEqualTo(2);
        assertThat(timings().turnNanos()).isEqualTo(7_000_000 + ENTER_NANOS + 500);
        assertThat(timings().longestTurnNanos()).isEqualTo(7_000_000 + ENTER_NANOS);
    }

    @Test
    void sleepIsNoPartOfATurnButWhatItWakesForIs() {
        under.ring().whenIdle(() -> {
            under.ring().advance(3_600_000_000_000L);
            elsewhere(() -> under.loop().execute(() -> under.ring().advance(2_000)));
            return true;
        });
        under.turnOrWait();
        under.turn();

        assertThat(timings().turns()).isEqualTo(2);
        assertThat(timings().turnNanos()).isEqualTo(2_000);
    }

    @Test
    void theMailboxWaitIsThatOfTheTaskThatCameFirst() {
        elsewhere(() -> under.loop().execute(() -> under.ring().advance(10)));
        under.ring().advance(30_000);
        elsewhere(() -> under.loop().execute(() -> under.ring().advance(10)));
        under.ring().advance(4_000);
        under.turn();
        assertThat(timings().mailboxDrains()).isEqualTo(1);
        assertThat(timings().mailboxWaitNanos()).isCloseTo(34_000, byTheSentinel());

        elsewhere(() -> under.loop().execute(() -> under.ring().advance(10)));
        under.ring().advance(6_000);
        under.turn();
        assertThat(timings().mailboxDrains()).isEqualTo(2);
        assertThat(timings().mailboxWaitNanos()).isCloseTo(40_000, byTheSentinel());
        assertThat(timings().longestMailboxWaitNanos()).isCloseTo(34_000, byTheSentinel());
    }

    @Test
    void anEmptyMailboxAndTheLoopsOwnTasksDoNotWait() {
        under.ring().advance(30_000);
        under.turns(3);
        under.loop().execute(() -> {
        });
        under.ring().advance(30_000);
        under.turns(3);

        assertThat(timings().turns()).isEqualTo(6);
        assertThat(timings().mailboxDrains()).isZero();
        assertThat(timings().mailboxWaitNanos()).isZero();
    }

    @Test
    void aLongTurnIsWhatTheNextTasksWaitFor() {
        under.loop().execute(() -> {
            elsewhere(() -> under.loop().execute(() -> {
            }));
            under.ring().advance(50_000_000);
        });
        under.turns(2);

        assertThat(timings().longestTurnNanos()).isEqualTo(50_000_000);
        assertThat(timings().longestMailboxWaitNanos()).isCloseTo(50_000_000, byTheSentinel());
    }

    @Test
    void whatIsLeftForAnotherTurnGoesOnWaiting() {
        int more = 5_000;
        elsewhere(() -> {
            for (int i = 0; i < more; i++) {
                under.loop().execute(() -> under.ring().advance(1));
            }
        });
        under.turns(2);

        assertThat(timings().mailboxDrains()).isEqualTo(2);
        assertThat(timings().turnNanos()).isEqualTo(more);
    }

    @Test
    void theLongestTurnIsForgottenAfterTwoMinutes() {
        under.loop().execute(() -> under.ring().advance(7_000));
        under.turn();
        List<Long> longest = new ArrayList<>();
        for (int minute = 0; minute < 3; minute++) {
            longest.add(timings().longestTurnNanos());
            under.ring().advance(DecayingMax.WINDOW_NANOS);
        }

        assertThat(longest).containsExactly(7_000L, 7_000L, 0L);
        assertThat(timings().turnNanos()).isEqualTo(7_000);
    }

    @Test
    void nothingIsTimedUnlessAskedFor() {
        try (ScriptedLoop untimed = ScriptedLoop.open()) {
            untimed.turn();
            assertThat(untimed.stats().timings()).isNull();
        }
    }

    private UringTimings timings() {
        return under.stats().timings();
    }

    private void submitNop() {
        RecordingRequest.of(under.loop(), IoUringAbi.IORING_OP_NOP, sqe -> {
        }).submit();
    }

    /** A time is never noted as 0, for which its last bit is set. */
    private static org.assertj.core.data.Offset<Long> byTheSentinel() {
        return org.assertj.core.data.Offset.offset(2L);
    }

    private static void elsewhere(Runnable action) {
        CompletableFuture.runAsync(action).join();
    }
}
