package io.github.reactoruring.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.file.UringFiles;
import io.github.reactoruring.internal.facet.RingFiles;
import io.github.reactoruring.internal.facet.RingRaw;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.Turn;
import io.github.reactoruring.internal.loop.Waker;
import io.github.reactoruring.internal.ring.Ring;
import io.github.reactoruring.internal.ring.kernel.KernelRings;
import io.github.reactoruring.internal.ring.kernel.KernelView;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.kernel.RawPipe;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** The kernel's ring in an event loop that has other work: no thread of ours, and no turn that waits. */
@NeedsUring
class ForeignEventLoopTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int POLLIN = 1;

    private final ForeignLoop foreign = new ForeignLoop();
    private EventLoop loop;
    @TempDir
    private Path directory;

    /** Turns a ring between the tasks of an executor. It looks for completions each millisecond, for want of readiness. */
    private static final class ForeignLoop implements Driver {

        private static final long LONGEST_NAP_NANOS = 1_000_000;

        private final ScheduledExecutorService executor = Executors
                .newSingleThreadScheduledExecutor(task -> new Thread(task, "foreign"));
        private final AtomicBoolean asked = new AtomicBoolean();
        private Turn turn;

        @Override
        public Waker waker(Ring ring) {
            return this::askForTurn;
        }

        @Override
        public void drive(Turn driven, Runnable afterwards) {
            executor.execute(() -> {
                turn = driven;
                turn.start();
                askForTurn();
            });
        }

        private void askForTurn() {
            if (asked.compareAndSet(false, true)) {
                executor.execute(this::run);
            }
        }

        private void run() {
            asked.set(false);
            turn.run();
            if (turn.isOver()) {
                return;
            }
            if (turn.prepareToSleep()) {
                long due = turn.nanosToNextDue();
                executor.schedule(this::askForTurn, due < 0 ? LONGEST_NAP_NANOS : Math.min(due, LONGEST_NAP_NANOS),
                        TimeUnit.NANOSECONDS);
            } else {
                askForTurn();
            }
        }
    }

    @BeforeEach
    void open() throws Exception {
        Ring ring = new KernelRings(KernelView.configured()).open(64, 256);
        loop = new EventLoop("foreign", ring, foreign.waker(ring), false);
        foreign.drive(new Turn(loop, CancelPolicy.coalesce(), ring.completionCapacity()), () -> {
        });
    }

    @AfterEach
    void close() throws Exception {
        loop.close(TIMEOUT.toNanos()).get(20, TimeUnit.SECONDS);
        foreign.executor.shutdownNow();
        assertThat(loop.stats().snapshot().inFlight()).isZero();
        assertThat(loop.stats().snapshot().staleCompletions()).isZero();
        assertThat(loop.failure()).isNull();
    }

    @Test
    void readsFilesOnTheForeignThread() throws Exception {
        byte[] content = new byte[3_000_000];
        new Random(7).nextBytes(content);
        Path file = Files.write(directory.resolve("file"), content);
        UringFiles files = new RingFiles(() -> loop, () -> List.of(loop));
        Set<String> threads = ConcurrentHashMap.newKeySet();

        ByteBuffer read = ByteBuffer.allocate(content.length);
        files.read(file, ReadOptions.defaults().withChunkBytes(10_000)).doOnNext(chunk -> {
            threads.add(Thread.currentThread().getName());
            read.put(chunk);
        }).blockLast(TIMEOUT);

        assertThat(read.array()).isEqualTo(content);
        assertThat(threads).containsExactly("foreign");
    }

    /** Handlers of the event loop subscribe and dispose on its thread, between two turns. */
    @Test
    void servesWhatItsOwnTasksAskFor() throws Exception {
        RingRaw raw = new RingRaw(loop);
        try (RawPipe pipe = new RawPipe()) {
            Disposable[] polls = new Disposable[50];
            foreign.executor.submit(() -> {
                for (int i = 0; i < polls.length; i++) {
                    polls[i] = raw.poll(pipe.source(), POLLIN).subscribe();
                }
            }).get();
            Await.until("the polls in flight", () -> loop.stats().snapshot().inFlight() == polls.length);

            foreign.executor.submit(() -> List.of(polls).forEach(Disposable::dispose)).get();

            Await.until("the polls gone", () -> loop.stats().snapshot().inFlight() == 0);
            assertThat(loop.stats().snapshot().cancelled()).isEqualTo(polls.length);
        }
    }

    @Test
    void isWokenByManyThreadsAtOnce() {
        RingRaw raw = new RingRaw(loop);
        int threads = 4;
        int each = 500;
        Flux.range(0, threads).parallel(threads).runOn(Schedulers.boundedElastic())
                .flatMap(thread -> Flux.range(0, each).concatMap(i -> raw.nop()))
                .sequential().blockLast(Duration.ofSeconds(60));
        Await.until("all of them told", () -> loop.stats().snapshot().completed() >= (long) threads * each);
    }
}
