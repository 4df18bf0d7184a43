package io.github.reactoruring.internal.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.AbstractServerHttpRequest;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;

import io.github.reactoruring.spring.WholeBodyDecorator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
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
        return WholeRequest.of(MockServerHttpRequest.post("/").contentLength(announced).body(body));
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

    /** As Reactor Netty does: who cancels in onNext is told that the body is complete, and is not to be told that it was cut. */
    @Test
    void aBodyThatCompletesAfterItsCancelIsNotCut() {
        List<Throwable> dropped = new CopyOnWriteArrayList<>();
        Publisher<DataBuffer> body = subscriber -> subscriber.onSubscribe(new Subscription() {
            @Override
            public void request(long n) {
                subscriber.onNext(DefaultDataBufferFactory.sharedInstance.wrap(new byte[BYTES]));
            }

            @Override
            public void cancel() {
                subscriber.onComplete();
            }
        });
        Hooks.onErrorDropped(dropped::add);
        try {
            StepVerifier.create(WholeRequest.of(MockServerHttpRequest.post("/").contentLength(2 * BYTES).body(body))
                    .getBody().take(1)).expectNextCount(1).verifyComplete();
        } finally {
            Hooks.resetOnErrorDropped();
        }
        assertThat(dropped).isEmpty();
    }

    /** As of a server's request, whatever class of Spring's somebody asks for. */
    @Test
    void theRequestHasTheAttributesOfItsExchange() {
        AtomicReference<Object> seen = new AtomicReference<>();
        HttpHandler application = WebHttpHandlerBuilder.webHandler(exchange -> {
            exchange.getAttributes().put("mine", "seen");
            seen.set(exchange.getRequest().getAttributes().get("mine"));
            assertThat(exchange.getRequest()).isInstanceOf(AbstractServerHttpRequest.class);
            assertThat(exchange.getRequest().getRemoteAddress()).isNotNull();
            return exchange.getFormData().doOnNext(form -> assertThat(form).containsEntry("a", List.of("b"))).then();
        }).build();

        new WholeBodyDecorator().apply(application).handle(MockServerHttpRequest.post("/?q=1").contentLength(3)
                .remoteAddress(new InetSocketAddress("localhost", 1)).contentType(MediaType.APPLICATION_FORM_URLENCODED)
                .body("a=b"), new MockServerHttpResponse()).block();

        assertThat(seen).hasValue("seen");
    }
}
