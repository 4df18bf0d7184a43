package io.github.reactoruring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

import io.github.reactoruring.SourceCases.Case;
import io.github.reactoruring.SourceCases.World;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.KernelTrace;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsTrace;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.Descriptors;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.Scannable.Attr;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.NonBlocking;

/** Holds every public source to the same contract. */
@NeedsUring
class SourceContractTest {

    private static final String ALL = "io.github.reactoruring.SourceCases#all";
    private static final String PENDING = "io.github.reactoruring.SourceCases#pending";
    private static final String EMITTING = "io.github.reactoruring.SourceCases#emitting";
    private static final String ENDING = "io.github.reactoruring.SourceCases#ending";

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    private World world;
    private UringStats before;

    @BeforeEach
    void makeWorld(@TempDir Path directory) throws Exception {
        world = new World(ring.get(), directory);
        ring.awaitIdle();
        before = ring.get().stats();
    }

    @AfterEach
    void closeWorld() {
        world.close();
    }

    private static <T> Probe<T> subscribe(Publisher<T> source) {
        Probe<T> probe = Probe.idle();
        ((reactor.core.CorePublisher<T>) source).subscribe((CoreSubscriber<T>) probe);
        return probe;
    }

    /** Subscribes, and waits until the kernel has what the source waits for. */
    private Probe<?> subscribePending(Case source) {
        Probe<?> probe = subscribe(source.make(world)).request(1);
        Await.until("it waits", () -> submittedSince() == source.submissions());
        ring.awaitInFlight(1);
        return probe;
    }

    /** Lets the loop come round; itself submits one NOP. */
    private void turn() {
        ring.get().raw().nop().block();
    }

    private long submittedSince() {
        return ring.get().stats().submitted() - before.submitted();
    }

    @ParameterizedTest
    @MethodSource(ALL)
    void submitsNothingBeforeTheFirstRequest(Case source) {
        Probe<?> probe = subscribe(source.make(world));

        turn();

        assertThat(submittedSince()).as("the turn's own NOP").isEqualTo(1);
        probe.assertSilent();
        probe.dispose();
    }

    @ParameterizedTest
    @MethodSource(ALL)
    void makesNoSqeOnceItWasCancelled(Case source) {
        Probe<?> probe = subscribe(source.make(world));

        probe.dispose();
        probe.request(1);
        turn();

        assertThat(submittedSince()).isEqualTo(1);
        probe.assertSilent();
    }

    @ParameterizedTest
    @MethodSource(ALL)
    void makesNoSqeWhenItIsCancelledInTheTurnThatQueuedIt(Case source) {
        Probe<?> probe = subscribe(source.make(world));

        ring.get().raw().nop().doOnSuccess(nothing -> {
            probe.request(1);
            probe.dispose();
        }).block();
        turn();

        assertThat(submittedSince()).as("two NOPs").isEqualTo(2);
        assertThat(ring.get().stats().dropped() - before.dropped()).isEqualTo(1);
        assertThat(ring.get().stats().cancelSqes() - before.cancelSqes()).isZero();
        probe.assertSilent();
    }

    @ParameterizedTest
    @MethodSource(PENDING)
    void endsSilentlyInTheKernelWhenItIsCancelledInFlight(Case source) {
        Probe<?> probe = subscribePending(source);

        probe.dispose();
        probe.dispose();
        ring.awaitIdle();

        probe.assertSilent();
        assertThat(ring.get().stats().disposals() - before.disposals()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource(ENDING)
    void ignoresACancelAfterItsEnd(Case source) {
        Probe<?> probe = subscribe(source.make(world)).request(Long.MAX_VALUE).awaitEnd();
        ring.awaitIdle();
        UringStats ended = ring.get().stats();

        probe.dispose();
        turn();

        assertThat(ring.get().stats().cancelSqes()).isEqualTo(ended.cancelSqes());
        assertThat(probe.error()).isNull();
        probe.assertRules();
    }

    @ParameterizedTest
    @MethodSource(ENDING)
    void signalsOneAfterAnotherOnTheRingsThread(Case source) {
        Probe<?> probe = subscribe(source.make(world)).request(Long.MAX_VALUE).awaitEnd().assertRules();

        assertThat(probe.error()).isNull();
        assertThat(probe.threads()).singleElement().isInstanceOf(NonBlocking.class)
                .extracting(Thread::getName).isEqualTo("uring-test-1");
    }

    @ParameterizedTest
    @MethodSource(ALL)
    @NeedsTrace
    void submitsOnceForEachSubscriber(Case source) {
        if (source.name().equals("timers.interval")) {
            KernelUnderTest.assumeSince(6, 4, "multishot timer");
        }
        Publisher<?> shared = source.make(world);
        try (KernelTrace trace = KernelTrace.start()) {
            Probe<?> first = subscribe(shared).request(1);
            Probe<?> second = subscribe(shared).request(1);
            first.request(1);
            turn();
            ring.get().batch(() -> {
                first.dispose();
                second.dispose();
            });
            ring.awaitIdle();
            int ofTheTurn = source.opcode().equals("NOP") ? 1 : 0;
            assertThat(trace.stop().submitted(source.opcode()) - ofTheTurn).isBetween(2, 2 * source.mostOfOpcode());
        }
    }

    @ParameterizedTest
    @MethodSource(ALL)
    void goesThroughTheAssemblyHook(Case source) {
        List<Publisher<?>> assembled = new CopyOnWriteArrayList<>();
        Hooks.onEachOperator("test", publisher -> {
            assembled.add(publisher);
            return publisher;
        });
        try {
            Publisher<?> made = source.make(world);
            assertThat(assembled).singleElement().isSameAs(made);
        } finally {
            Hooks.resetOnEachOperator("test");
        }
    }

    @ParameterizedTest
    @MethodSource(PENDING)
    void tellsItsState(Case source) {
        Publisher<?> publisher = source.make(world);
        Probe<?> probe = subscribe(publisher);
        Scannable subscription = probe.scan();

        assertThat(Scannable.from(publisher).scan(Attr.RUN_STYLE)).isEqualTo(Attr.RunStyle.ASYNC);
        assertThat(subscription.scan(Attr.RUN_STYLE)).isEqualTo(Attr.RunStyle.ASYNC);
        assertThat(subscription.scan(Attr.ACTUAL)).isSameAs(probe);
        assertThat(subscription.scan(Attr.TERMINATED)).isFalse();
        assertThat(subscription.scan(Attr.CANCELLED)).isFalse();
        if (publisher instanceof Flux) {
            probe.request(5);
            assertThat(subscription.scan(Attr.REQUESTED_FROM_DOWNSTREAM)).isEqualTo(5);
        }
        probe.dispose();
        assertThat(subscription.scan(Attr.CANCELLED)).isTrue();
        assertThat(subscription.scan(Attr.TERMINATED)).isFalse();
    }

    @ParameterizedTest
    @MethodSource(ENDING)
    void tellsItsEnd(Case source) {
        Probe<?> probe = subscribe(source.make(world)).request(Long.MAX_VALUE).awaitEnd();

        assertThat(probe.scan().scan(Attr.TERMINATED)).isTrue();
        assertThat(probe.scan().scan(Attr.CANCELLED)).isFalse();
    }

    @ParameterizedTest
    @MethodSource(ALL)
    void answersARequestOfNothingWithAnError(Case source) {
        for (long n : new long[]{0, -1, Long.MIN_VALUE}) {
            Foreign<Object> foreign = new Foreign<>(n);
            @SuppressWarnings("unchecked")
            Publisher<Object> publisher = (Publisher<Object>) source.make(world);
            publisher.subscribe(foreign);

            assertThat(foreign.signals).singleElement().isInstanceOf(IllegalArgumentException.class)
                    .asString().contains("3.9");
        }
        turn();
        assertThat(submittedSince()).isEqualTo(1);
    }

    /** A subscriber Reactor knows nothing about. */
    private static final class Foreign<T> implements Subscriber<T> {

        private final long n;
        private final List<Object> signals = new CopyOnWriteArrayList<>();

        Foreign(long n) {
            this.n = n;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.request(n);
        }

        @Override
        public void onNext(T value) {
            signals.add(value);
        }

        @Override
        public void onError(Throwable error) {
            signals.add(error);
        }

        @Override
        public void onComplete() {
            signals.add("complete");
        }
    }

    private static <T> Probe<T> subscribeDoing(Publisher<T> source, Consumer<? super Probe<T>> onValue) {
        AtomicReference<Probe<T>> self = new AtomicReference<>();
        Probe<T> probe = Probe.doing(value -> onValue.accept(self.get()));
        self.set(probe);
        source.subscribe(probe);
        return probe;
    }

    /** By rule 2.13 it counts as gone. What it was given is its own, but for a file, which nobody else would close. */
    @ParameterizedTest
    @MethodSource(EMITTING)
    void aSubscriberWhoseOnNextThrowsCostsNothingButItself(Case source) {
        Publisher<?> publisher = source.make(world);
        Map<String, Integer> open = Descriptors.open();
        Probe<?> probe = subscribeDoing(publisher, self -> {
            throw new IllegalStateException("a subscriber's own");
        });
        probe.request(Long.MAX_VALUE).awaitValues(1);

        ring.awaitIdle();
        Descriptors.awaitNoMoreThan(open);
        turn();
        assertThat(probe.values()).hasSize(1);
        assertThat(probe.isTerminated()).isFalse();
    }

    @ParameterizedTest
    @MethodSource(EMITTING)
    void aSubscriberThatThrowsAfterItAskedForMoreGetsNothing(Case source) {
        Probe<?> probe = subscribeDoing(source.make(world), self -> {
            self.request(1);
            throw new AssertionError("a subscriber's own");
        });
        probe.request(1).awaitValues(1);

        ring.awaitIdle();
        turn();
        assertThat(probe.values()).hasSize(1);
        assertThat(probe.isTerminated()).isFalse();
    }

    @ParameterizedTest
    @MethodSource(ALL)
    void failsOnceTheRingIsClosed(Case source) {
        Publisher<?> publisher = source.make(world);
        ring.get().disposeLater().block();

        Probe<?> probe = subscribe(publisher).request(1);

        probe.awaitError(RejectedExecutionException.class);
        assertThat(probe.error()).hasMessageContaining("uring-test-1").hasMessageContaining("closed");
        probe.assertRules();
    }

    @ParameterizedTest
    @MethodSource(PENDING)
    void failsWhenTheRingClosesUnderIt(Case source) {
        Probe<?> probe = subscribePending(source);

        Mono<Void> closing = ring.get().disposeLater();
        closing.block();

        probe.awaitEnd().assertRules();
        assertThat(probe.error()).isInstanceOf(java.io.IOException.class);
    }
}
