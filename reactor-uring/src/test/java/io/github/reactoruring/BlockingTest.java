package io.github.reactoruring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.NonBlocking;

@NeedsUring
class BlockingTest {

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @Test
    void signalsComeOnANonBlockingThreadNamedAfterTheRing() {
        Thread thread = ring.get().raw().poll(1, 4).map(events -> Thread.currentThread()).block();

        assertThat(thread).isInstanceOf(NonBlocking.class);
        assertThat(thread.getName()).isEqualTo("uring-test-1");
        assertThat(thread.isDaemon()).isTrue();
    }

    @Test
    void blockOnTheRingsThreadThrows() {
        Mono<Integer> nested = ring.get().raw().poll(1, 4).doOnNext(events -> Mono.never().block());

        assertThatThrownBy(nested::block).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("not supported in thread uring-test-1");
    }

    @Test
    void blockHoundSeesASleepOnTheRingsThread() {
        Mono<Integer> sleeping = ring.get().raw().poll(1, 4).doOnNext(events -> {
            try {
                Thread.sleep(Duration.ofMillis(1));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });

        assertThatThrownBy(sleeping::block).hasRootCauseInstanceOf(BlockingOperationError.class);
    }
}
