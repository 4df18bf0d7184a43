package io.github.reactoruring.internal.spring;

import java.io.EOFException;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;

import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** What is too early for a body to end, and what is not. */
class WholeBodyTest {

    private static final int BYTES = 5;

    private final AtomicInteger subscriptions = new AtomicInteger();

    private ServerHttpRequest request(int announced) {
        // As of a server: a body comes once, and is empty from then on.
        Flux<DataBuffer> body = Flux.defer(() -> subscriptions.getAndIncrement() == 0
                ? Flux.just(DefaultDataBufferFactory.sharedInstance.wrap(new byte[BYTES]))
                : Flux.empty());
        return WholeBody.of(MockServerHttpRequest.post("/").contentLength(announced).body(body));
    }

    @Test
    void aBodyThatIsShorterThanWasAnnouncedFails() {
        StepVerifier.create(request(BYTES + 1).getBody()).expectNextCount(1).verifyError(EOFException.class);
    }

    @Test
    void aBodyThatAFilterHasReadIsEmptyForItsHandlerAndNotCut() {
        ServerHttpRequest request = request(BYTES);
        StepVerifier.create(request.getBody()).expectNextCount(1).verifyComplete();

        StepVerifier.create(request.getBody()).verifyComplete();
    }

    @Test
    void whatAFilterHasLeftOfABodyIsNotCut() {
        ServerHttpRequest request = request(2 * BYTES);
        StepVerifier.create(request.getBody().take(1)).expectNextCount(1).verifyComplete();

        StepVerifier.create(request.getBody()).verifyComplete();
    }
}
