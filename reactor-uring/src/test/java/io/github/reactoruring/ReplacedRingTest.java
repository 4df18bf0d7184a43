package io.github.reactoruring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.RingFailure;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.Descriptors;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Another ring takes the place of one that failed, whatever is asked of it meanwhile. */
@NeedsUring
@Tag("fault")
class ReplacedRingTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private Map<String, Integer> descriptors;
    private volatile long spins;

    @BeforeEach
    void look() {
        descriptors = Descriptors.open();
    }

    @AfterEach
    void nothingIsLeft() {
        Descriptors.awaitNoMoreThan(descriptors);
        Await.until("no thread left", () -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("uring-replaced-")));
    }

    @Test
    void whatWasPutTogetherBeforeIsServedByTheNewRing(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "content");
        Uring uring = Uring.builder("replaced").build();
        List<Mono<?>> sources = List.of(uring.raw().nop().thenReturn(1), uring.timers().after(Duration.ofMillis(1)),
                uring.timers().interval(Duration.ofMillis(1)).next(), uring.files().read(file).next(),
                uring.fileSystem().stat(file));
        UringFile open = uring.files().open(file).block(LONG);
        long before = uring.stats().completed();

        EventLoop failed = RingFailure.failOnce(uring);
        Await.until("another ring", () -> uring.failureCause() == null);

        for (Mono<?> source : sources) {
            source.block(LONG);
        }
        assertThat(RingFailure.first(uring)).isNotSameAs(failed);
        assertThat(uring.isDisposed()).isFalse();
        assertThat(uring.stats().completed()).as("of both rings").isGreaterThan(before + 4);
        assertThat(uring.stats().ringFailures()).isEqualTo(1);
        assertThatThrownBy(() -> open.readAt(0, 1).block(LONG)).as("it belonged to the ring that failed")
                .isInstanceOf(Exception.class).hasMessageNotContaining("Timeout");
        uring.disposeLater().block(LONG);
    }

    @Test
    void anotherRingServesWhileOneIsBeingReplaced(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "content");
        Uring uring = Uring.builder("replaced").rings(2).build();
        Runnable moreRings = RingFailure.noMoreRings(uring);
        RingFailure.failOnce(uring);

        for (int i = 0; i < 20; i++) {
            assertThat(uring.fileSystem().stat(file).block(LONG)).isNotNull();
        }
        assertThat(uring.failureCause()).isNotNull();
        assertThat(uring.isDisposed()).as("one works").isFalse();
        assertThatThrownBy(() -> uring.timers().after(Duration.ofMillis(1)).block(LONG)).as("the first ring's")
                .isInstanceOf(RejectedExecutionException.class);

        moreRings.run();
        Await.until("another ring", () -> uring.failureCause() == null);
        uring.timers().after(Duration.ofMillis(1)).block(LONG);
        uring.disposeLater().block(LONG);
    }

    /** Who is told on the thread of the ring that has failed is not sent back to it. */
    @Test
    void whoHearsOfTheFailureOnTheRingsOwnThreadIsServedByAnother(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "content");
        Uring uring = Uring.builder("replaced").rings(2).build();
        RingFailure.noMoreRings(uring);
        Mono<Long> served = uring.timers().after(Duration.ofHours(1)).thenReturn(0L)
                .onErrorResume(error -> uring.fileSystem().stat(file).map(stat -> stat.sizeBytes()));
        CompletableFuture<Long> size = served.toFuture();
        Await.until("in flight", () -> uring.stats().inFlight() > 0);
        RingFailure.failOnce(uring);

        assertThat(size.get(20, TimeUnit.SECONDS)).isEqualTo(7);
        uring.disposeLater().onErrorComplete().block(LONG);
    }

    /** The second failure comes soon after the first: another ring is opened after a while. */
    @Test
    void aRingThatFailsAgainAndAgainIsReplacedEachTime() {
        Uring uring = Uring.builder("replaced").build();
        for (int i = 1; i <= 4; i++) {
            RingFailure.failOnce(uring);
            Await.until("another ring", () -> uring.failureCause() == null);
            assertThat(uring.raw().nop().thenReturn(true).block(LONG)).isTrue();
            assertThat(uring.stats().ringFailures()).isEqualTo(i);
            assertThat(uring.stats().inFlight()).isZero();
        }
        uring.disposeLater().block(LONG);
    }

    @Test
    void whoeverDisposesWhileNoRingIsToBeHadLeavesNothingBehind() {
        Uring uring = Uring.builder("replaced").build();
        Runnable moreRings = RingFailure.noMoreRings(uring);
        RingFailure.failOnce(uring);
        uring.disposeLater().onErrorComplete().block(LONG);
        moreRings.run();

        assertThat(uring.isDisposed()).isTrue();
        assertThatThrownBy(() -> uring.raw().nop().block(LONG)).isInstanceOf(RejectedExecutionException.class);
    }

    /** The disposal crosses the opening of the new ring. */
    @Test
    void whoeverDisposesWhileAnotherRingIsOpenedClosesThatToo() {
        for (int i = 0; i < 50; i++) {
            Uring uring = Uring.builder("replaced").build();
            RingFailure.fail(uring, new OutOfMemoryError("in the middle of a turn"));
            if (i % 2 == 0) {
                Await.until("the failure", () -> uring.stats().ringFailures() == 1);
            }
            uring.disposeLater().onErrorComplete().block(LONG);
            assertThat(uring.isDisposed()).isTrue();
        }
    }

    /** The ring that is opened meanwhile comes too late: another is in the place, and works. */
    @Test
    void whoeverDisposesAndReopensWhileAnotherRingIsOpenedKeepsOneOfThem() throws Exception {
        Uring uring = Uring.builder("replaced").build();
        CountDownLatch opened = new CountDownLatch(1);
        CountDownLatch reopened = new CountDownLatch(1);
        RingFailure.whenNextIsOpen(uring, () -> {
            opened.countDown();
            // By the failed ring's thread, which BlockHound lets neither wait nor yield.
            while (reopened.getCount() > 0) {
                spins++;
            }
        });
        RingFailure.fail(uring, new OutOfMemoryError("in the middle of a turn"));
        assertThat(opened.await(20, TimeUnit.SECONDS)).isTrue();
        uring.disposeLater().onErrorComplete().block(LONG);
        uring.reopen();
        EventLoop kept = RingFailure.first(uring);
        reopened.countDown();

        Await.until("one ring's thread", () -> Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("uring-replaced-")).count() == 1);
        assertThat(RingFailure.first(uring)).isSameAs(kept);
        uring.raw().nop().block(LONG);
        uring.disposeLater().block(LONG);
    }

    /** Each tries to have the ring reopened, and none is left without an answer. */
    @Test
    void manyWhoAskMeanwhileAreAllAnswered() throws Exception {
        Uring uring = Uring.builder("replaced").rings(2).build();
        List<Thread> threads = new ArrayList<>();
        List<Throwable> wrong = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    Flux.range(0, 2_000).flatMap(n -> uring.raw().nop().onErrorResume(
                            RejectedExecutionException.class, error -> Mono.empty())
                            .onErrorResume(OutOfMemoryError.class, error -> Mono.empty()), 16).blockLast(LONG);
                } catch (Throwable t) {
                    synchronized (wrong) {
                        wrong.add(t);
                    }
                }
            }));
        }
        RingFailure.failOnce(uring);
        for (Thread thread : threads) {
            assertThat(thread.join(LONG)).isTrue();
        }
        assertThat(wrong).isEmpty();
        Await.until("another ring", () -> uring.failureCause() == null);
        uring.disposeLater().block(LONG);
    }
}
