package io.github.reactoruring.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.internal.engine.LoopThread;
import io.github.reactoruring.internal.ring.Ring;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.ring.scripted.ScriptedRing;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.ErrnoException;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.testing.RecordingRequest;
import io.github.reactoruring.testing.ScriptedLoop;

/** Holds a ring that cannot go on to telling everybody, whatever is thrown meanwhile, and to saying so ever after. */
@Tag("fault")
class CollapseTest {

    private static final Runnable NO_MEMORY = () -> {
        throw new OutOfMemoryError("a callback's own");
    };

    private final ScriptedLoop under = ScriptedLoop.open();

    @AfterEach
    void close() {
        under.close();
    }

    @Test
    void whateverComesLaterIsRejectedAtOnceWithTheTrueCause() {
        RecordingRequest poll = poll();
        under.turn();
        breakRing();
        RecordingRequest late = RecordingRequest.nop(under.loop()).submitted();

        assertThat(under.loop().failure()).isInstanceOf(ErrnoException.class);
        assertThat(poll.failures()).containsExactly(under.loop().failure());
        assertThat(late.failures()).singleElement().satisfies(rejection -> assertThat(rejection)
                .isInstanceOf(RejectedExecutionException.class).hasMessageContaining("has failed")
                .hasCause(under.loop().failure()));
        assertThat(late.releasedCount()).isEqualTo(1);
    }

    @Test
    void aRingThatWasClosedInOrderHasNotFailed() {
        under.shutDown();
        RecordingRequest late = RecordingRequest.nop(under.loop()).submitted();

        assertThat(under.loop().failure()).isNull();
        assertThat(late.failures()).singleElement().satisfies(rejection -> assertThat(rejection)
                .isInstanceOf(RejectedExecutionException.class).hasMessageContaining("it was disposed of"));
        assertThat(Abandoned.keeps(under.loop())).isFalse();
    }

    @Test
    void whatTheKernelMayStillWriteToIsKeptForAsLongAsTheJvmRuns() {
        RecordingRequest.of(under.loop(), IoUringAbi.IORING_OP_READ, sqe -> sqe.fd(under.descriptor())).submit();
        under.turn();
        breakRing();
        assertThat(Abandoned.keeps(under.loop())).isTrue();
    }

    /** Requests lead to all that their subscribers hold. */
    @Test
    void nothingIsKeptWhereTheKernelHasNoMemory() {
        poll();
        under.turn();
        breakRing();
        assertThat(Abandoned.keeps(under.loop())).isFalse();
    }

    /** Its subscriber asks again, at once, as long as it takes. */
    @Test
    void whoAsksAgainForEverKeepsNobodyFromBeingTold() {
        int[] tries = {0};
        RecordingRequest stubborn = poll();
        RecordingRequest other = poll();
        under.turn();
        under.loop().whenOver(() -> assertThat(other.failures()).hasSize(1));
        boolean[] toldMeanwhile = {false};
        stubborn.onEach(() -> under.loop().execute(new LoopTask() {
            @Override
            public void run() {
                throw new AssertionError("the ring is over");
            }

            @Override
            public void rejected(Throwable cause) {
                toldMeanwhile[0] = other.failures().size() == 1 && under.loop().terminated().isDone();
                if (++tries[0] < 1_000) {
                    under.loop().execute(this);
                }
            }
        }));
        breakRing();

        assertThat(tries[0]).isEqualTo(1_000);
        assertThat(toldMeanwhile[0]).as("the others are told first").isTrue();
    }

    /** What throws when all was in order is no reason to leave anybody waiting. */
    @Test
    void aRingThatCannotBeClosedInOrderFails() throws Exception {
        ScriptedRing scripted = new ScriptedRing(16, 64, EnumSet.allOf(RingFeature.class));
        Ring ring = (Ring) Proxy.newProxyInstance(Ring.class.getClassLoader(), new Class<?>[]{Ring.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        throw new OutOfMemoryError("the ring's own");
                    }
                    try {
                        return method.invoke(scripted, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        EventLoop loop = new EventLoop("closing", ring, LoopThread.DRIVER.waker(ring), false);
        // Before the thread starts, which a scripted ring does not let sleep for ever.
        CompletableFuture<Void> closed = loop.close(1_000_000_000);
        CompletableFuture<Void> driven = new CompletableFuture<>();
        LoopThread.DRIVER.drive(new Turn(loop, CancelPolicy.coalesce(), 64), () -> driven.complete(null));

        assertThatThrownBy(() -> closed.get(10, TimeUnit.SECONDS))
                .hasCauseInstanceOf(OutOfMemoryError.class);
        assertThat(loop.failure()).isInstanceOf(OutOfMemoryError.class);
        driven.get(10, TimeUnit.SECONDS);
    }

    /** With the heap full, to log fails as well. */
    @Test
    void callbacksThatRunOutOfMemoryLeaveNobodyUntold() {
        List<RecordingRequest> inFlight = List.of(poll(), poll(), poll(), poll());
        under.turn();
        List<RecordingRequest> staged = List.of(nop(), nop(), nop());
        List<String> told = new ArrayList<>();
        under.loop().whenOver(() -> told.add("first"));
        under.loop().whenOver(NO_MEMORY);
        under.loop().whenOver(() -> told.add("third"));
        inFlight.get(1).onEach(NO_MEMORY);
        staged.get(0).onEach(NO_MEMORY);

        whileLoggingFails(() -> assertThatCode(this::breakRing).doesNotThrowAnyException());

        assertThat(inFlight).allMatch(request -> request.failures().size() == 1);
        assertThat(staged).allMatch(request -> request.failures().size() == 1 && request.releasedCount() == 0);
        assertThat(told).containsExactlyInAnyOrder("first", "third");
        assertThat(under.loop().terminated()).isCompletedExceptionally();
        assertThat(under.ring().isClosed()).isTrue();
    }

    @Test
    void aCallbackThatRunsOutOfMemoryCostsNobodyElseAnything() {
        RecordingRequest full = nop().onEach(NO_MEMORY);
        RecordingRequest other = nop();
        whileLoggingFails(() -> assertThatCode(() -> under.turn()).doesNotThrowAnyException());

        assertThat(full.completed()).hasSize(1);
        assertThat(other.completed()).hasSize(1);
        assertThat(under.isOver()).isFalse();
    }

    @Test
    void aTaskThatIsTurnedAwayMayThrow() {
        breakRing();
        List<Throwable> told = new ArrayList<>();
        under.loop().execute(new LoopTask() {
            @Override
            public void run() {
                throw new AssertionError("the ring is over");
            }

            @Override
            public void rejected(Throwable cause) {
                told.add(cause);
                NO_MEMORY.run();
            }
        });
        assertThat(told).hasSize(1);
    }

    private RecordingRequest poll() {
        return RecordingRequest.poll(under.loop(), under.descriptor()).submitted();
    }

    private RecordingRequest nop() {
        return RecordingRequest.nop(under.loop()).submitted();
    }

    private void breakRing() {
        nop();
        under.ring().refuseEnter(Errno.EBADR);
        under.turn();
        assertThat(under.isOver()).isTrue();
    }

    private static void whileLoggingFails(Runnable action) {
        Logger logger = Logger.getLogger(EventLoop.class.getName());
        Handler full = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                throw new OutOfMemoryError("the log's own");
            }

            @Override
            public void flush() {
                // Nothing is kept back.
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };
        logger.addHandler(full);
        try {
            action.run();
        } finally {
            logger.removeHandler(full);
        }
    }
}
