package io.github.reactoruring.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.buffer.RegisteredBuffer;
import io.github.reactoruring.buffer.RegisteredBuffers;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.publisher.Flux;

/** All that an open file can do, when it is closed, and strangers have had its number since. */
@NeedsUring
class ClosedFileTest {

    private static final int STRANGERS = 20;
    private static final String THEIRS = "a stranger's, and not to be read or written by anybody else";

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    private final List<UringFile> strangers = new ArrayList<>();

    /** What a file is asked to do; the other file is open. */
    interface Use extends BiFunction<UringFile, Others, Publisher<?>> {
    }

    record Others(UringPipe pipe, RegisteredBuffers pool) {
    }

    static List<Arguments> uses() {
        return List.of(
                use("read", (file, others) -> file.read(10)),
                use("readAt", (file, others) -> file.readAt(0, 10)),
                use("readAt, into a registered buffer", (file, others) -> file.readAt(0, 10, others.pool)),
                use("readAt, with a deadline", (file, others) -> file.withDeadline(java.time.Duration.ofHours(1))
                        .readAt(0, 10)),
                use("readEach", (file, others) -> file.readEach(Flux.just(0L, 1L), 10, 2)),
                use("stream", (file, others) -> file.stream()),
                use("content", (file, others) -> file.content(ReadOptions.defaults(), BufferFactory.heap())),
                use("content, in part", (file, others) -> file.content(ReadOptions.defaults().from(3).limit(5),
                        BufferFactory.heap())),
                use("write", (file, others) -> file.write(bytes())),
                use("writeAt", (file, others) -> file.writeAt(0, bytes())),
                use("writeAt, vectored", (file, others) -> file.writeAt(0, List.of(bytes(), bytes()))),
                use("writeAt, by a reader", (file, others) -> file.writeAt(0, bytes(), BufferReader.byteBuffers())),
                use("writeAt, of a registered buffer", (file, others) -> file.writeAt(0, filled(others.pool.take()),
                        others.pool)),
                use("fsync", (file, others) -> file.fsync()),
                use("fdatasync", (file, others) -> file.fdatasync()),
                use("allocate", (file, others) -> file.allocate(0, 100_000)),
                use("truncate", (file, others) -> file.truncate(0)),
                use("advise", (file, others) -> file.advise(0, 10, Advice.WILL_NEED)),
                use("size", (file, others) -> file.size()),
                use("getAttribute", (file, others) -> {
                    KernelUnderTest.assume(Opcode.FGETXATTR);
                    return file.getAttribute("user.test");
                }),
                use("setAttribute", (file, others) -> {
                    KernelUnderTest.assume(Opcode.FSETXATTR);
                    return file.setAttribute("user.test", new byte[1]);
                }),
                use("transferTo a pipe", (file, others) -> file.transferTo(0, others.pipe.sink(), -1, 10)),
                use("transferTo from a pipe", (file, others) -> others.pipe.source().transferTo(-1, file, 0, 10)));
    }

    private static Arguments use(String name, Use use) {
        return Arguments.argumentSet(name, use);
    }

    private static ByteBuffer bytes() {
        return ByteBuffer.wrap(new byte[10]);
    }

    private static RegisteredBuffer filled(RegisteredBuffer buffer) {
        buffer.bytes().put(new byte[10]).flip();
        return buffer;
    }

    @ParameterizedTest
    @MethodSource("uses")
    void isClosedWhoeverHasItsNumber(Use use) throws IOException {
        UringFile file = open("file", "content");
        Others others = new Others(ring.get().files().pipe().block(),
                ring.get().files().registerBuffers(2, 4096).block());
        Publisher<?> assembledBefore = use.apply(file, others);
        file.close().block();
        strangersCome();

        assertClosed(use.apply(file, others));
        assertClosed(assembledBefore);

        others.pipe.source().close().then(others.pipe.sink().close()).then(others.pool.close()).block();
    }

    @Test
    void contentThatIsHalfReadEndsWithTheFile() throws IOException {
        UringFile file = open("file", "x".repeat(100_000));
        Probe<ByteBuffer> content = Probe.idle();
        file.content(ReadOptions.defaults().withChunkBytes(1000), BufferFactory.heap()).subscribe(content);
        content.request(1).awaitValues(1);
        file.close().block();
        strangersCome();

        content.request(Long.MAX_VALUE).awaitError(ClosedChannelException.class);
        content.assertRules();
        assertThat(content.values()).allSatisfy(chunk -> assertThat((char) chunk.get(0)).isEqualTo('x'));
    }

    @Test
    void positionsThatComeAfterTheEndOfTheFileReadNothing() throws IOException {
        UringFile file = open("file", "x".repeat(100));
        Probe<ByteBuffer> read = Probe.idle();
        reactor.core.publisher.Sinks.Many<Long> positions = reactor.core.publisher.Sinks.many().unicast()
                .onBackpressureBuffer();
        file.readEach(positions.asFlux(), 10, 1).subscribe(read);
        positions.tryEmitNext(0L).orThrow();
        read.request(Long.MAX_VALUE).awaitValues(1);
        file.close().block();
        strangersCome();
        positions.tryEmitNext(10L).orThrow();

        read.awaitError(ClosedChannelException.class);
        assertThat(read.values()).hasSize(1);
    }

    @AfterEach
    void strangersHaveWhatTheyHad() throws IOException {
        Flux.fromIterable(strangers).flatMap(UringFile::close).blockLast();
        for (int i = 0; i < strangers.size(); i++) {
            assertThat(directory.resolve("stranger-" + i)).hasContent(THEIRS);
        }
    }

    private void strangersCome() {
        IntStream.range(0, STRANGERS).forEach(i -> {
            try {
                strangers.add(open("stranger-" + i, THEIRS));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    private UringFile open(String name, String content) throws IOException {
        return ring.get().files().open(Files.writeString(directory.resolve(name), content), StandardOpenOption.READ,
                StandardOpenOption.WRITE).block();
    }

    private static void assertClosed(Publisher<?> source) {
        Probe<Object> probe = Probe.idle();
        Flux.from(source).cast(Object.class).subscribe(probe);
        probe.request(Long.MAX_VALUE).awaitError(ClosedChannelException.class);
        probe.assertRules();
        assertThat(probe.values()).isEmpty();
    }
}
