package io.github.reactoruring.spring;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.core.io.buffer.NettyDataBuffer;
import org.springframework.core.io.buffer.NettyDataBufferFactory;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.netty.buffer.PooledByteBufAllocator;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

@NeedsUring
class UringDataBuffersTest {

    private static final PooledByteBufAllocator ALLOCATOR = new PooledByteBufAllocator(true);
    private static final NettyDataBufferFactory NETTY = new NettyDataBufferFactory(ALLOCATOR);
    private static final byte[] CONTENT = content(300_001);

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    static Stream<DataBufferFactory> factories() {
        return Stream.of(NETTY, DefaultDataBufferFactory.sharedInstance, new DefaultDataBufferFactory(true));
    }

    /** It stays open, so that it is there before the first test looks at the descriptors. */
    @BeforeAll
    static void openTheSharedRing() {
        Uring.shared();
    }

    @AfterEach
    void everyBufferIsBack() {
        ring.awaitIdle();
        Await.until("all buffers back", () -> ALLOCATOR.pinnedDirectMemory() == 0);
    }

    @ParameterizedTest
    @MethodSource("factories")
    void readsAFileIntoBuffersOfTheFactory(DataBufferFactory factory) throws Exception {
        Path file = Files.write(directory.resolve("file"), CONTENT);

        List<Integer> sizes = UringDataBuffers.read(ring.get(), file, factory, 100_000)
                .map(buffer -> {
                    int size = buffer.readableByteCount();
                    assertThat(buffer.factory()).isInstanceOf(factory.getClass());
                    DataBufferUtils.release(buffer);
                    return size;
                }).collectList().block();

        assertThat(sizes).containsExactly(100_000, 100_000, 100_000, 1);
        assertThat(bytes(UringDataBuffers.read(ring.get(), file, factory, 65_536))).isEqualTo(CONTENT);
    }

    @Test
    void readsStraightIntoNettysMemory() throws Exception {
        Path file = Files.write(directory.resolve("file"), CONTENT);
        long before = ALLOCATOR.pinnedDirectMemory();

        DataBuffer buffer = UringDataBuffers.read(ring.get(), file, NETTY, 300_001).blockFirst();

        assertThat(buffer).isInstanceOf(NettyDataBuffer.class);
        assertThat(((NettyDataBuffer) buffer).getNativeBuffer().isDirect()).isTrue();
        assertThat(ALLOCATOR.pinnedDirectMemory()).isGreaterThan(before);
        DataBufferUtils.release(buffer);
    }

    @Test
    void readsAnyResourceFromAPosition() throws Exception {
        Path file = Files.write(directory.resolve("file"), CONTENT);
        Resource inAJar = new ClassPathResource("org/springframework/core/io/Resource.class");
        byte[] tail = Arrays.copyOfRange(CONTENT, 200_000, CONTENT.length);

        assertThat(inAJar.isFile()).isFalse();
        assertThat(bytes(read(new FileSystemResource(file), 200_000))).isEqualTo(tail);
        assertThat(bytes(read(new ByteArrayResource(CONTENT), 200_000))).isEqualTo(tail);
        assertThat(bytes(read(inAJar, 0))).isEqualTo(inAJar.getContentAsByteArray());
    }

    @Test
    void readsWithoutARingAsSpringDoes() throws Exception {
        Path file = Files.write(directory.resolve("file"), CONTENT);
        Uring none = null;

        assertThat(bytes(UringDataBuffers.read(none, file, NETTY, 1_000))).isEqualTo(CONTENT);
        UringDataBuffers.write(none, Flux.just(buffer("abc")), directory.resolve("other")).block();
        assertThat(directory.resolve("other")).hasContent("abc");
        assertThat(ring.get().stats().submitted()).isZero();
    }

    @Test
    void readsAndWritesOnTheSharedRingByDataBufferUtilsSignatures() throws Exception {
        Path file = directory.resolve("file");
        long before = Uring.shared().stats().submitted();

        UringDataBuffers.write(Flux.just(buffer("abc"), buffer("def")), file).block();
        assertThat(bytes(UringDataBuffers.read(file, NETTY, 4))).asString().isEqualTo("abcdef");
        assertThat(bytes(UringDataBuffers.read(new FileSystemResource(file), NETTY, 4))).asString()
                .isEqualTo("abcdef");
        assertThat(bytes(UringDataBuffers.read(new FileSystemResource(file), 2, NETTY, 4))).asString()
                .isEqualTo("cdef");

        assertThat(Uring.shared().stats().submitted()).isGreaterThan(before);
    }

    @Test
    void refusesOptionsThatWriteAndKnowsTheRareOnes() throws Exception {
        Path file = Files.write(directory.resolve("file"), CONTENT);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> UringDataBuffers.read(ring.get(), file, NETTY, 1_000, WRITE));
        assertThat(bytes(UringDataBuffers.read(ring.get(), file, NETTY, 1_000, READ, DELETE_ON_CLOSE)))
                .isEqualTo(CONTENT);
        assertThat(file).doesNotExist();
        assertThatThrownBy(() -> bytes(UringDataBuffers.read(ring.get(), file, NETTY, 1_000)))
                .hasCauseInstanceOf(NoSuchFileException.class);
    }

    @Test
    void writesWithTheOptionsOfSpringsOwn() throws Exception {
        Path file = directory.resolve("file");

        write("0123456789", file);
        assertThat(file).hasContent("0123456789");
        write("abc", file);
        assertThat(file).hasContent("abc");
        write("def", file, APPEND);
        assertThat(file).hasContent("abcdef");
        write("X", file, WRITE);
        assertThat(file).hasContent("Xbcdef");
        write("new", file, CREATE, TRUNCATE_EXISTING, WRITE);
        assertThat(file).hasContent("new");
        write("gone", file, WRITE, DELETE_ON_CLOSE);
        assertThat(file).doesNotExist();
        write("once", file, CREATE_NEW);
        assertThatThrownBy(() -> write("twice", file, CREATE_NEW)).hasCauseInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> write("none", directory.resolve("none"), WRITE))
                .hasCauseInstanceOf(NoSuchFileException.class);
        assertThatIllegalArgumentException().isThrownBy(() -> write("no", file, READ));
        assertThatIllegalArgumentException().isThrownBy(() -> write("no", file, APPEND, TRUNCATE_EXISTING));
        assertThat(file).hasContent("once");
    }

    @ParameterizedTest
    @MethodSource("factories")
    void writesBuffersOfAnyFactoryAndReleasesThem(DataBufferFactory factory) {
        Path file = directory.resolve("file");
        Flux<DataBuffer> source = Flux.range(0, 100).map(i -> {
            DataBuffer buffer = factory.allocateBuffer(5_000);
            buffer.write(CONTENT, i * 3_000, 3_000);
            return buffer;
        });

        UringDataBuffers.write(ring.get(), source, file).block();

        assertThat(file).hasBinaryContent(Arrays.copyOf(CONTENT, 300_000));
    }

    @Test
    void aDisposedWriteCancelsItsSource() {
        Path file = directory.resolve("file");
        AtomicBoolean cancelled = new AtomicBoolean();
        Sinks.Many<DataBuffer> source = Sinks.many().unicast().onBackpressureBuffer();
        source.tryEmitNext(buffer("abc"));

        Disposable write = UringDataBuffers.write(ring.get(), source.asFlux().doOnCancel(() -> cancelled.set(true)),
                file).subscribe();
        Await.until("something written", () -> Files.exists(file) && file.toFile().length() == 3);
        write.dispose();

        assertThat(cancelled).isTrue();
    }

    @Test
    void anAbortedUploadLeavesNothingWhereThatWasAskedFor() {
        Path file = directory.resolve("file");
        Flux<DataBuffer> source = Flux.just(buffer("abc")).concatWith(Mono.error(new IllegalStateException("gone")));

        assertThatThrownBy(() -> UringDataBuffers.write(ring.get(), source, file,
                WriteOptions.defaults().withPartial(WriteOptions.Partial.DELETE)).block())
                .isInstanceOf(IllegalStateException.class);

        assertThat(file).doesNotExist();
    }

    @Test
    void aFileIsReplacedWhenAllOfItIsThereAndNotBefore() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "before");
        Flux<DataBuffer> cut = Flux.just(buffer("abc")).concatWith(Mono.error(new IllegalStateException("gone")));

        assertThatThrownBy(() -> UringDataBuffers.replace(ring.get(), cut, file).block())
                .isInstanceOf(IllegalStateException.class);
        assertThat(file).hasContent("before");

        assertThat(UringDataBuffers.replace(ring.get(), Flux.just(buffer("after")), file).block()).isEqualTo(5);
        assertThat(file).hasContent("after");
    }

    private Flux<DataBuffer> read(Resource resource, long position) {
        return UringDataBuffers.read(ring.get(), resource, position, NETTY, 64_000);
    }

    private void write(String text, Path file, OpenOption... options) {
        UringDataBuffers.write(ring.get(), Flux.defer(() -> Flux.just(buffer(text))), file, options).block();
    }

    private static DataBuffer buffer(String text) {
        DataBuffer buffer = NETTY.allocateBuffer(text.length());
        buffer.write(text.getBytes());
        return buffer;
    }

    private static byte[] bytes(Flux<DataBuffer> source) {
        return DataBufferUtils.join(source).map(buffer -> {
            byte[] bytes = new byte[buffer.readableByteCount()];
            buffer.read(bytes);
            DataBufferUtils.release(buffer);
            return bytes;
        }).block();
    }

    private static byte[] content(int size) {
        byte[] content = new byte[size];
        new Random(1).nextBytes(content);
        return content;
    }
}
