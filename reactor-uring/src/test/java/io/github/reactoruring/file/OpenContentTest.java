package io.github.reactoruring.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@NeedsUring
class OpenContentTest {

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    @Test
    void readsPartsOfTheFileThatWasOpened() throws Exception {
        byte[] content = new byte[500_000];
        new Random(1).nextBytes(content);
        Path path = Files.write(directory.resolve("file"), content);
        UringFile file = ring.get().files().open(path).block();
        Instant modified = Files.getLastModifiedTime(path).toInstant();
        Instant changed = ((FileTime) Files.getAttribute(path, "unix:ctime")).toInstant();
        Files.move(Files.write(directory.resolve("new"), new byte[10]), path,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);

        assertThat(file.isRegularFile()).isTrue();
        assertThat(file.openedSizeBytes()).isEqualTo(content.length);
        assertThat(file.openedModifiedTime()).isEqualTo(modified);
        assertThat(file.openedChangedTime()).isEqualTo(changed);
        assertThat(bytes(content(file, ReadOptions.defaults()))).isEqualTo(content);
        assertThat(bytes(content(file, ReadOptions.defaults().withChunkBytes(1_000).from(100_001).limit(300_002))))
                .isEqualTo(Arrays.copyOfRange(content, 100_001, 400_003));
        assertThat(bytes(Flux.merge(content(file, ReadOptions.defaults().from(499_999)),
                content(file, ReadOptions.defaults().from(499_999))))).containsExactly(content[499_999],
                        content[499_999]);
        file.close().block();
    }

    @Test
    void tellsAPipeFromAFile() {
        UringPipe pipe = ring.get().files().pipe().block();

        assertThat(pipe.source().isRegularFile()).isFalse();
        assertThat(pipe.source().openedSizeBytes()).isZero();
        assertThat(pipe.source().openedModifiedTime()).isEqualTo(Instant.EPOCH);
        Mono.when(pipe.source().close(), pipe.sink().close()).block();
    }

    /** Its number may be a stranger's: of a pipe, here. */
    @Test
    void whatIsClosedHasNoContentWhoeverHasItsNumber() throws Exception {
        UringFile file = ring.get().files().open(Files.writeString(directory.resolve("file"), "abc")).block();
        file.close().block();
        UringPipe pipe = ring.get().files().pipe().block();

        assertThatThrownBy(() -> content(file, ReadOptions.defaults()).blockLast())
                .hasCauseInstanceOf(ClosedChannelException.class);
        Mono.when(pipe.source().close(), pipe.sink().close()).block();
    }

    @Test
    void streamsNoDirectDescriptor() throws Exception {
        KernelUnderTest.assume(RingFeature.DIRECT_DESCRIPTORS);
        UringFile file = ring.get().files().openDirect(Files.writeString(directory.resolve("file"), "abc")).block();

        assertThatThrownBy(() -> content(file, ReadOptions.defaults()))
                .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("readEach");
        file.close().block();
    }

    private static Flux<ByteBuffer> content(UringFile file, ReadOptions options) {
        return file.content(options, BufferFactory.heap());
    }

    private static byte[] bytes(Flux<ByteBuffer> source) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        source.doOnNext(buffer -> all.write(buffer.array(), 0, buffer.remaining())).blockLast();
        return all.toByteArray();
    }
}
