package io.github.reactoruring.samples.benchmarks;

import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.reactivestreams.Subscription;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.internal.facet.RingRaw;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.Turn;
import io.github.reactoruring.internal.ring.CqeBatch;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.raw.Raw;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Costs of a request in Java alone: a ring without a kernel, one thread, 32 in flight. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class PathBenchmark {

    private static final int REQUESTS = 8192;
    private static final int IN_FLIGHT = 32;

    private final KernellessRing ring = new KernellessRing();
    private final CqeBatch completions = new CqeBatch(256);
    private final Operation operation = Operation.of(Opcode.READ).fd(0).buffer(Arena.global().allocate(4096));
    private @Nullable Turn turn;
    private @Nullable Raw raw;

    /** Makes the benchmark's thread the owner of a loop. */
    @Setup
    public void start() {
        EventLoop loop = new EventLoop("path", ring, ring::wake, false);
        Turn started = new Turn(loop, CancelPolicy.coalesce(), 512);
        started.start();
        turn = started;
        raw = new RingRaw(loop);
    }

    /** Fills and reaps without the library. */
    @Benchmark
    @OperationsPerInvocation(REQUESTS)
    public long bareRing() {
        long sum = 0;
        for (int done = 0; done < REQUESTS; done += IN_FLIGHT) {
            for (int i = 0; i < IN_FLIGHT; i++) {
                Sqe sqe = ring.nextSqe();
                if (sqe != null) {
                    sqe.opcode(IoUringAbi.IORING_OP_READ).fd(0).off(0).addr(4096).len(4096).userData(i);
                }
            }
            ring.enter(true, IN_FLIGHT, -1);
            ring.reap(completions);
            for (int i = 0; i < completions.size(); i++) {
                sum += completions.userData(i) + completions.result(i);
            }
            completions.clear();
        }
        return sum;
    }

    /** Has flatMap and a source that is completed a batch later: what Reactor itself takes. */
    @Benchmark
    @OperationsPerInvocation(REQUESTS)
    public int reactorAlone() {
        ArrayDeque<Later> waiting = new ArrayDeque<>();
        Disposable all = Flux.range(0, REQUESTS).flatMap(i -> new Later(waiting), IN_FLIGHT).then().subscribe();
        int turns = 0;
        while (!all.isDisposed()) {
            for (int i = waiting.size(); i > 0; i--) {
                waiting.remove().complete();
            }
            turns++;
        }
        return turns;
    }

    /** Waits to be completed; for one subscriber. */
    private static final class Later extends Mono<Integer> implements Subscription {

        private final ArrayDeque<Later> waiting;
        private @Nullable CoreSubscriber<? super Integer> actual;

        Later(ArrayDeque<Later> waiting) {
            this.waiting = waiting;
        }

        @Override
        public void subscribe(CoreSubscriber<? super Integer> subscriber) {
            actual = subscriber;
            subscriber.onSubscribe(this);
        }

        @Override
        public void request(long n) {
            waiting.add(this);
        }

        @Override
        public void cancel() {
            // Is always completed.
        }

        void complete() {
            CoreSubscriber<? super Integer> subscriber = Objects.requireNonNull(actual);
            subscriber.onNext(1);
            subscriber.onComplete();
        }
    }

    /** Submits by raw(). */
    @Benchmark
    @OperationsPerInvocation(REQUESTS)
    public int rawSubmit() {
        Turn driven = Objects.requireNonNull(turn);
        Raw submitting = Objects.requireNonNull(raw);
        Disposable all = Flux.range(0, REQUESTS)
                .flatMap(i -> submitting.submit(operation), IN_FLIGHT).then().subscribe();
        int turns = 0;
        while (!all.isDisposed()) {
            driven.run();
            turns++;
        }
        return turns;
    }
}
