package io.github.reactoruring.internal.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.internal.ring.scripted.KernelRequest;
import io.github.reactoruring.internal.source.raw.PollMultishot;
import io.github.reactoruring.testing.ScriptedLoop;
import reactor.test.subscriber.TestSubscriber;

/** What has come before the ring was closed is still there for who asks for it later, each time. */
@Tag("simulation")
class DemandAfterTheEndTest {

    private final ScriptedLoop under = ScriptedLoop.open();

    @Test
    void isServedEachTime() {
        int descriptor = under.descriptor();
        TestSubscriber<Integer> subscriber = TestSubscriber.builder().initialRequest(1).build();
        MultishotFlux.create(under.loop(), loop -> new PollMultishot(descriptor, 1)).subscribe(subscriber);
        under.turn();
        KernelRequest request = under.only();
        for (int i = 0; i < 4; i++) {
            under.ring().kernel().emit(request);
        }
        under.turn();
        under.shutDown().join();
        assertThat(subscriber.getReceivedOnNext()).hasSize(1);

        // Another thread than the owner's, as behind publishOn.
        for (int i = 0; i < 3; i++) {
            CompletableFuture.runAsync(() -> subscriber.request(1)).join();
        }

        assertThat(subscriber.getReceivedOnNext()).hasSize(4);
        assertThat(subscriber.isTerminated()).isTrue();
    }
}
