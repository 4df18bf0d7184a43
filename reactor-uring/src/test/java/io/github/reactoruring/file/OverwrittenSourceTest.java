package io.github.reactoruring.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.Uring;
import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.file.WriteOptions.Partial;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.buffers.TrackedReader;
import io.github.reactoruring.testing.buffers.WriteSource;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** A file that is written from what is read of it. */
@NeedsUring
class OverwrittenSourceTest {

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    static List<Arguments> ways() {
        return List.of(
                way("as it is", source -> source),
                way("mapped", source -> source.map(chunk -> ByteBuffer.wrap("more".getBytes(UTF_8)))),
                way("on another thread", source -> source.publishOn(Schedulers.parallel())),
                way("collected before", source -> source.collectList().flatMapIterable(chunks -> chunks)),
                way("as one of several", source -> source.concatWith(source)),
                way("for its end only", source -> source.thenMany(text("new"))),
                way("forgiven", source -> source.onErrorResume(error -> text("new"))),
                way("deferred", source -> Flux.defer(() -> source)));
    }

    private static Arguments way(String name, UnaryOperator<Flux<ByteBuffer>> way) {
        return Arguments.argumentSet(name, way);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void isNotEmptiedHoweverItIsRead(UnaryOperator<Flux<ByteBuffer>> way) throws IOException {
        String content = "0123456789".repeat(100_000);
        Path path = Files.writeString(directory.resolve("large"), content);
        Path small = Files.writeString(directory.resolve("small"), "content");

        assertRefused(files().write(path, way.apply(files().read(path))), path);
        assertRefused(files().write(small, way.apply(files().read(small))), small);

        assertThat(path).hasContent(content);
        assertThat(small).hasContent("content");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a link", "another name"})
    void isNotEmptiedUnderAnotherName(String kind) throws IOException {
        Path path = Files.writeString(directory.resolve("file"), "content");
        Path other = directory.resolve("other");
        if (kind.equals("a link")) {
            Files.createSymbolicLink(other, path);
        } else {
            Files.createLink(other, path);
        }

        assertRefused(files().write(other, files().read(path)), other);

        assertThat(path).hasContent("content");
    }

    @Test
    void isNotDeletedEither() throws IOException {
        Path path = Files.writeString(directory.resolve("file"), "content");

        assertRefused(files().write(path, files().read(path), WriteOptions.defaults().withPartial(Partial.DELETE)),
                path);

        assertThat(path).hasContent("content");
    }

    @Test
    void isNotEmptiedByWhatReadsItWhileItIsOpen() throws IOException {
        Path path = Files.writeString(directory.resolve("file"), "content");

        Mono<Long> writing = Mono.usingWhen(files().open(path),
                file -> files().write(path, file.content(ReadOptions.defaults(), BufferFactory.heap())),
                UringFile::close);

        assertRefused(writing, path);
        assertThat(path).hasContent("content");
    }

    @Test
    void isNotEmptiedByRingsThatKnowNothingOfEachOther() throws IOException {
        Path path = Files.writeString(directory.resolve("file"), "content");
        Uring another = Uring.builder("another").build();

        assertRefused(files().write(path, another.files().read(path)), path);

        another.disposeLater().block();
        assertThat(path).hasContent("content");
    }

    @Test
    void isToldWhereItIsTooLate() throws IOException {
        Path path = Files.writeString(directory.resolve("file"), "content");

        assertRefused(files().write(path, text("header\n").concatWith(files().read(path))), path);
    }

    @Test
    void aWriteWithinItsSourceIsSeenToo() throws IOException {
        Path outer = Files.writeString(directory.resolve("outer"), "outer");
        Path inner = directory.resolve("inner");

        assertRefused(files().write(outer, files().write(inner, files().read(outer)).thenMany(text("new"))), outer);

        assertThat(outer).hasContent("outer");
    }

    @Test
    void othersMayReadWhatIsOverwritten() throws IOException {
        Path path = Files.writeString(directory.resolve("file"), "0123456789".repeat(100_000));
        var download = io.github.reactoruring.testing.Probe.<ByteBuffer>idle();
        files().read(path).subscribe(download);
        download.request(1).awaitValues(1);

        files().write(path, text("new")).block();

        assertThat(path).hasContent("new");
        download.dispose();
    }

    @Test
    void replaceAndWritesThatEmptyNothingMayReadIt() throws IOException {
        Path path = Files.writeString(directory.resolve("file"), "content");

        files().replace(path, files().read(path).concatWith(text("+"))).block();
        assertThat(path).hasContent("content+");
        files().write(path, files().read(path), WriteOptions.defaults().append()).block();
        assertThat(path).hasContent("content+content+");
        files().write(path, files().read(path).map(chunk -> ByteBuffer.wrap("CONTENT".getBytes(UTF_8))),
                WriteOptions.defaults().from(0)).block();
        assertThat(path).hasContent("CONTENT+content+");
    }

    @Test
    void aSourceThatFailsAtOnceCostsNothing() throws IOException {
        Path path = Files.writeString(directory.resolve("file"), "content");

        for (Partial partial : Partial.values()) {
            assertThatThrownBy(() -> files().write(path, Flux.error(new IllegalStateException("no source")),
                    WriteOptions.defaults().withPartial(partial)).block()).hasMessage("no source");
            assertThat(path).hasContent("content");
        }
    }

    @Test
    void holdsWhatItHeldUntilTheFirstByteOrTheEnd() throws IOException {
        Path path = Files.writeString(directory.resolve("file"), "content");
        TrackedReader reader = new TrackedReader();
        WriteSource source = new WriteSource();
        var written = files().write(path, source, WriteOptions.defaults(), reader).toFuture();
        source.awaitRequested(16);

        assertThat(path).hasContent("content");

        source.complete();
        assertThat(written.join()).isZero();
        assertThat(path).isEmptyFile();
    }

    private static void assertRefused(Mono<Long> writing, Path path) {
        assertThatThrownBy(writing::block).hasCauseInstanceOf(FileSystemException.class)
                .hasMessageContaining(path.toString()).hasMessageContaining("read of the same file")
                .hasMessageContaining("replace()");
    }

    private UringFiles files() {
        Uring uring = ring.get();
        return uring.files();
    }

    private static Flux<ByteBuffer> text(String text) {
        return Flux.just(text).map(each -> ByteBuffer.wrap(each.getBytes(UTF_8)));
    }
}
