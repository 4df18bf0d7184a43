package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.springframework.core.ResolvableType;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.mock.http.client.reactive.MockClientHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;

import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.buffers.NettyLeaks;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.Descriptors;
import io.netty.buffer.ByteBufAllocator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Holds each writer to what a message may do that only stores its body: read it when the writer is done, twice, or never.
 * Nothing may stay open, whichever it is.
 */
@NeedsUring
@ExtendWith(NettyLeaks.class)
class StoredBodyTest {

    private static final ResolvableType RESOURCE = ResolvableType.forClass(Resource.class);
    private static final ResolvableType BUFFER = ResolvableType.forClass(DataBuffer.class);
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final byte[] LARGE = UploadServing.content(1_500_000);
    private static final byte[] SMALL = UploadServing.content(5_000);

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    private final AtomicReference<@Nullable Flux<DataBuffer>> stored = new AtomicReference<>();
    private Map<String, Integer> descriptors = Map.of();
    private UringResourceHttpMessageWriter resources;
    private UringDataBufferHttpMessageWriter buffers;

    @AfterEach
    void nothingIsOpen() {
        ring.awaitIdle();
        Descriptors.awaitNoMoreThan(descriptors);
    }

    @BeforeEach
    void fill() throws IOException {
        descriptors = Descriptors.open();
        Files.write(directory.resolve("large.bin"), LARGE);
        Files.write(directory.resolve("small.bin"), SMALL);
        resources = new UringResourceHttpMessageWriter(ring.get());
        buffers = new UringDataBufferHttpMessageWriter(512 * 1024);
    }

    /** What is sent, and as what. */
    enum Body {
        LARGE_FILE(LARGE), SMALL_FILE(SMALL), LARGE_BUFFERS(LARGE), OTHER_BUFFERS(LARGE);

        private final byte[] content;

        Body(byte[] content) {
            this.content = content;
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRequestsBodyIsReadWhenTheWriterIsDoneAndOnceMore(Body body) {
        MockClientHttpRequest request = request();
        write(body, request).block(LONG);

        assertThat(content(stored())).isEqualTo(body.content);
        assertThat(content(stored())).as("sent once more").isEqualTo(body.content);
        if (body == Body.LARGE_FILE || body == Body.SMALL_FILE) {
            assertThat(request.getHeaders().getContentLength()).isEqualTo(body.content.length);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRequestsBodyMayNeverBeRead(Body body) {
        write(body, request()).block(LONG);
        assertThat(stored()).isNotNull();
    }

    @ParameterizedTest
    @EnumSource
    void aRequestsBodyMayBeLeftInTheMiddle(Body body) {
        write(body, request()).block(LONG);
        for (int i = 0; i < 3; i++) {
            stored().map(buffer -> {
                DataBufferUtils.release(buffer);
                return true;
            }).blockFirst(LONG);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aResponsesBodyIsReadWhenTheWriterIsDone(Body body) {
        MockServerHttpResponse response = response();
        respond(body, MockServerHttpRequest.get("/").build(), response).block(LONG);
        assertThat(content(stored())).isEqualTo(body.content);
    }

    /** A response of Spring's reads its body once, and at once; a decorator may do as it likes. */
    @ParameterizedTest
    @EnumSource
    void aDecoratedResponsesBodyIsReadLateTwiceOrNever(Body body) {
        respond(body, MockServerHttpRequest.get("/").build(), decorated()).block(LONG);
        assertThat(stored()).as("never read").isNotNull();

        respond(body, MockServerHttpRequest.get("/").build(), decorated()).block(LONG);
        assertThat(content(stored())).isEqualTo(body.content);
        assertThat(content(stored())).isEqualTo(body.content);
    }

    /** Spring's own suites look at resources in such chunks; of some only the first arrived. */
    @ParameterizedTest
    @ValueSource(ints = {1, 5, 64})
    void aMockResponseHasAllOfAFileInChunksOfAFewBytes(int chunkBytes) {
        resources = new UringResourceHttpMessageWriter(ring.get(), chunkBytes, chunkBytes);
        for (String range : new String[]{"bytes=0-", "bytes=17-4711", "bytes=0-0,100-200,-9"}) {
            MockServerHttpResponse response = new MockServerHttpResponse();
            respond(Body.SMALL_FILE, MockServerHttpRequest.get("/").header("Range", range).build(), response)
                    .block(LONG);
            assertThat(content(response.getBody())).hasSize(Math.toIntExact(response.getHeaders().getContentLength()));
        }
        MockServerHttpResponse response = new MockServerHttpResponse();
        respond(Body.SMALL_FILE, MockServerHttpRequest.get("/").build(), response).block(LONG);
        assertThat(content(response.getBody())).isEqualTo(SMALL);
    }

    @Test
    void rangesAreReadWhenTheWriterIsDone() {
        MockServerHttpResponse one = response();
        respond(Body.LARGE_FILE, MockServerHttpRequest.get("/").header("Range", "bytes=100-799999").build(), one)
                .block(LONG);
        assertThat(content(stored())).isEqualTo(Arrays.copyOfRange(LARGE, 100, 800_000));

        MockServerHttpResponse several = response();
        respond(Body.LARGE_FILE,
                MockServerHttpRequest.get("/").header("Range", "bytes=0-9,700000-799999,-5").build(), several)
                .block(LONG);
        assertThat(content(stored())).hasSize(Math.toIntExact(several.getHeaders().getContentLength()));
    }

    /** As where a client was gone before the first byte: nobody cancels the body, which has been asked for one chunk. */
    @ParameterizedTest
    @EnumSource
    void aWritingThatFailsEndsTheBody(Body body) {
        MockServerHttpResponse response = response();
        response.setWriteHandler(content -> Mono.error(new IOException("gone")));

        assertThatThrownBy(() -> respond(body, MockServerHttpRequest.get("/").build(), response).block(LONG))
                .hasRootCauseMessage("gone");
    }

    /** Nobody will ever read that body: its response has been sent. */
    @ParameterizedTest
    @EnumSource(names = {"LARGE_BUFFERS", "OTHER_BUFFERS"})
    void aBodyForAResponseThatWasSentBeforeEnds(Body body) {
        // Spring keeps the first buffer for ever: it is to be the garbage collector's.
        MockServerHttpResponse response = new MockServerHttpResponse();
        response.setComplete().block(LONG);
        respond(body, MockServerHttpRequest.get("/").build(), response).block(LONG);
    }

    /** The headers have been sent, with the length: other bytes than those would be worse than none. */
    @Test
    void aBodyThatIsReadLateFailsIfTheFileHasAnotherSizeByThen() throws IOException {
        write(Body.LARGE_FILE, request()).block(LONG);
        Files.write(directory.resolve("large.bin"), SMALL);

        assertThatThrownBy(() -> content(stored())).rootCause().isInstanceOf(FileSystemException.class)
                // That it has another size, or, where the file is still open, that it has become shorter.
                .hasMessageContaining("large.bin").hasMessageContaining("announced");
    }

    private MockClientHttpRequest request() {
        MockClientHttpRequest request = new MockClientHttpRequest(HttpMethod.POST, URI.create("/"));
        request.setWriteHandler(this::store);
        return request;
    }

    private MockServerHttpResponse response() {
        MockServerHttpResponse response = new MockServerHttpResponse(
                new NettyDataBufferFactory(ByteBufAllocator.DEFAULT));
        response.setWriteHandler(this::store);
        return response;
    }

    private ServerHttpResponse decorated() {
        return new ServerHttpResponseDecorator(response()) {

            @Override
            public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
                return store(Flux.from(body));
            }
        };
    }

    private Mono<Void> store(Flux<? extends DataBuffer> body) {
        stored.set(body.map(buffer -> buffer));
        return Mono.empty();
    }

    private Flux<DataBuffer> stored() {
        return Objects.requireNonNull(stored.get());
    }

    private Mono<Void> write(Body body, MockClientHttpRequest request) {
        return switch (body) {
            case LARGE_FILE, SMALL_FILE ->
                resources.write(Mono.just(resource(body)), RESOURCE, null, request, Map.of());
            default -> buffers.write(content(body), BUFFER, null, request, Map.of());
        };
    }

    private Mono<Void> respond(Body body, MockServerHttpRequest request, ServerHttpResponse response) {
        return switch (body) {
            case LARGE_FILE, SMALL_FILE -> resources.write(Mono.just(resource(body)), RESOURCE, RESOURCE, null, request,
                    response, Map.of());
            default -> buffers.write(content(body), BUFFER, BUFFER, null, request, response, Map.of());
        };
    }

    private Resource resource(Body body) {
        return new FileSystemResource(directory.resolve(body == Body.SMALL_FILE ? "small.bin" : "large.bin"));
    }

    private Flux<DataBuffer> content(Body body) {
        Flux<DataBuffer> content = UringDataBuffers.read(ring.get(), directory.resolve("large.bin"),
                DefaultDataBufferFactory.sharedInstance, 65_536);
        return body == Body.LARGE_BUFFERS ? content : content.map(buffer -> buffer);
    }

    private static byte[] content(Flux<DataBuffer> body) {
        return DataBufferUtils.join(body).map(buffer -> {
            byte[] bytes = new byte[buffer.readableByteCount()];
            buffer.read(bytes);
            DataBufferUtils.release(buffer);
            return bytes;
        }).blockOptional(LONG).orElseThrow();
    }
}
