package io.github.reactoruring.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.internal.sys.Syscalls;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Runs what the guide's chapter on timers and polls shows. */
@NeedsUring
class TimersAndPollsTest {

    private static final int EFD_CLOEXEC_NONBLOCK = 0x80000 | 0x800;

    @RegisterExtension
    final TestUring testUring = TestUring.withDefaults();

    private Uring uring;
    private int eventfd;

    @BeforeEach
    void open() {
        uring = testUring.get();
        eventfd = Syscalls.eventfd(EFD_CLOEXEC_NONBLOCK);
    }

    @AfterEach
    void close() {
        Syscalls.close(eventfd);
    }

    @Test
    void waitsForAWhile() {
        // snippet: after
        Mono<Long> later = uring.timers().after(Duration.ofMillis(20));
        // end of snippet

        StepVerifier.create(later).expectNext(0L).verifyComplete();
    }

    @Test
    void countsPeriods() {
        // snippet: interval
        Flux<Long> ticks = uring.timers().interval(Duration.ofMillis(10));
        // end of snippet

        StepVerifier.create(ticks.take(3)).expectNext(0L, 1L, 2L).verifyComplete();
        testUring.awaitIdle();
    }

    @Test
    void boundsAWaitByAKernelTimer() {
        UringFile source = uring.files().pipe().block().source();

        // snippet: timeout-by-timer
        Mono<ByteBuffer> soon = source.read(4096)
                .timeout(uring.timers().after(Duration.ofMillis(50)));
        // end of snippet

        StepVerifier.create(soon).verifyError(TimeoutException.class);
        testUring.awaitIdle();
    }

    @Test
    void waitsForReadiness() {
        write(eventfd);

        // snippet: poll
        int pollin = 1;
        Mono<Integer> readable = uring.raw().poll(eventfd, pollin);
        // end of snippet

        StepVerifier.create(readable).expectNext(pollin).verifyComplete();
    }

    @Test
    void tellsOfEachWakeUp() {
        AtomicInteger wakeUps = new AtomicInteger();

        // snippet: poll-multishot
        Disposable watching = uring.raw().pollMultishot(eventfd, 1)
                .subscribe(events -> wakeUps.incrementAndGet());
        // end of snippet
        testUring.awaitInFlight(1);
        for (int i = 1; i <= 3; i++) {
            int expected = i;
            write(eventfd);
            Await.until("wake-up " + i, () -> wakeUps.get() == expected);
        }
        watching.dispose();

        testUring.awaitIdle();
        assertThat(wakeUps).hasValue(3);
    }

    private static void write(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocate(ValueLayout.JAVA_LONG);
            one.set(ValueLayout.JAVA_LONG, 0, 1);
            assertThat(Syscalls.write(descriptor, one)).isEqualTo(Long.BYTES);
        }
    }
}
