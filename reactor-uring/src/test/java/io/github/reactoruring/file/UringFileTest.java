package io.github.reactoruring.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@NeedsUring
class UringFileTest {

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    @Test
    void writesSeveralBuffersAsOne() throws Exception {
        Path path = directory.resolve("file");
        List<ByteBuffer> many = new ArrayList<>();
        for (int i = 0; i < 1024; i++) {
            many.add(bytes("0123456789"));
        }
        List<ByteBuffer> tooMany = new ArrayList<>(many);
        tooMany.add(bytes("x"));

        long written = with(path, file -> file.write(List.of(bytes("ab"), bytes(""), bytes("c")))
                .then(file.writeAt(10, many)), CREATE, WRITE);

        assertThat(written).isEqualTo(10_240);
        assertThat(Files.readString(path)).isEqualTo("abc\0\0\0\0\0\0\0" + "0123456789".repeat(1024));
        assertThatThrownBy(() -> with(path, file -> file.write(tooMany), WRITE))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("1024");
        Long none = with(path, file -> file.write(List.of(bytes(""))), WRITE);
        assertThat(none).isZero();
    }

    @Test
    void allocatesTruncatesAndTellsTheSize() throws Exception {
        Path path = Files.writeString(directory.resolve("file"), "0123456789");

        List<Long> sizes = with(path, file -> file.size()
                .concatWith(file.allocate(0, 100_000).then(file.size()))
                .concatWith(file.truncate(4).then(file.size()))
                .concatWith(file.truncate(5_000_000_000L).then(file.size()))
                .concatWith(file.truncate(0).then(file.size())).collectList(), READ, WRITE);

        assertThat(sizes).containsExactly(10L, 100_000L, 4L, 5_000_000_000L, 0L);
    }

    @Test
    void syncsAndAdvises() throws Exception {
        Path path = Files.writeString(directory.resolve("file"), "0123456789");

        with(path, file -> file.fsync().then(file.fdatasync())
                .thenMany(Flux.fromArray(Advice.values()).concatMap(advice -> file.advise(0, 0, advice)))
                .then(file.advise(4096, 5L << 30, Advice.DONT_NEED)).thenReturn(1), READ, WRITE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"position", "length", "size"})
    void refusesNegativeNumbersAtAssembly(String which) throws Exception {
        Path path = Files.createFile(directory.resolve("file"));
        with(path, file -> {
            assertThatIllegalArgumentException().isThrownBy(() -> {
                switch (which) {
                    case "position" -> file.allocate(-1, 1);
                    case "length" -> file.advise(0, -1, Advice.NORMAL);
                    default -> file.truncate(-1);
                }
            }).withMessageContaining(which);
            return Mono.just(1);
        }, WRITE);
    }

    @Test
    void worksOnADirectDescriptorButForTheSize() throws Exception {
        KernelUnderTest.assume(RingFeature.DIRECT_DESCRIPTORS);
        Path path = Files.writeString(directory.resolve("file"), "0123456789");
        UringFile file = ring.get().files().openDirect(path, READ, WRITE).block();
        try {
            if (KernelUnderTest.has(Opcode.FTRUNCATE)) {
                file.truncate(4).block();
            } else {
                assertThatThrownBy(() -> file.truncate(4).block()).hasMessageContaining("before Linux 6.9");
                Files.writeString(path, "0123");
            }
            file.writeAt(2, List.of(bytes("a"), bytes("b"), bytes("c"))).block();
            file.fsync().block();
            file.allocate(0, 4096).block();
            assertThat(Files.size(path)).isEqualTo(4096);
            assertThat(Files.readString(path)).startsWith("01abc\0");
            assertThatThrownBy(() -> file.size().block()).isInstanceOf(UnsupportedOperationException.class);
        } finally {
            file.close().block();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readsAndSetsExtendedAttributes(boolean direct) throws Exception {
        // As old as direct descriptors are.
        KernelUnderTest.assume(Opcode.FGETXATTR);
        Path path = Files.createFile(directory.resolve("file"));
        UringFile file = (direct
                ? ring.get().files().openDirect(path, READ, WRITE)
                : ring.get().files().open(path, READ, WRITE)).block();
        byte[] large = new byte[1000];
        Arrays.fill(large, (byte) 7);
        try {
            file.setAttribute("user.large", large).then(file.setAttribute("user.empty", new byte[0])).block();

            assertThat(ring.get().fileSystem().getAttribute(path, "user.large").block()).isEqualTo(large);
            assertThat(file.getAttribute("user.large").block()).isEqualTo(large);
            assertThat(file.getAttribute("user.empty").block()).isEmpty();
            assertThat(file.getAttribute("user.none").blockOptional()).isEmpty();
            assertThatThrownBy(() -> file.setAttribute("nothing", large).block())
                    .hasRootCauseInstanceOf(IOException.class).hasMessageContaining(path.toString());
        } finally {
            file.close().block();
        }
    }

    @Test
    void failsAllOperationsAfterItsEnd() throws Exception {
        UringFile file = ring.get().files().open(Files.createFile(directory.resolve("file")), READ, WRITE).block();
        file.close().block();
        file.close().block();

        List<Mono<?>> late = List.of(file.read(1), file.readAt(0, 1), file.write(bytes("a")),
                file.writeAt(0, List.of(bytes("a"), bytes("b"))), file.fsync(), file.fdatasync(), file.allocate(0, 1),
                file.truncate(0), file.advise(0, 0, Advice.NORMAL), file.size(), file.transferTo(file, 1));
        List<Mono<?>> lateAttributes = KernelUnderTest.has(Opcode.FGETXATTR)
                ? List.of(file.getAttribute("user.a"), file.setAttribute("user.a", new byte[1]))
                : List.of();
        for (Mono<?> operation : Stream.concat(late.stream(), lateAttributes.stream()).toList()) {
            assertThatThrownBy(operation::block).as(operation.toString())
                    .hasCauseInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void deletesTheNameOfAFileToBeDeletedOnClose() throws Exception {
        Path path = directory.resolve("file");

        String content = with(path, file -> {
            assertThat(path).doesNotExist();
            return file.write(bytes("abc")).then(file.readAt(0, 10)).map(read -> UTF_8.decode(read).toString());
        }, CREATE_NEW, READ, WRITE, DELETE_ON_CLOSE);

        assertThat(content).isEqualTo("abc");
        Path target = Files.createFile(directory.resolve("target"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), target);
        assertThatThrownBy(() -> with(link, UringFile::size, DELETE_ON_CLOSE))
                .hasCauseInstanceOf(FileSystemLoopException.class);
        assertThat(target).exists();
        assertThat(link).exists();
    }

    @Test
    void disposedOpeningLeavesNoFileThatWasToBeDeleted() throws Exception {
        for (int run = 0; run < 200; run++) {
            Path path = directory.resolve("file" + run);
            Probe<UringFile> probe = Probe.doing(file -> file.close().subscribe());
            ring.get().files().open(path, CREATE_NEW, WRITE, DELETE_ON_CLOSE).subscribe(probe);
            probe.request(1);
            for (int spin = 0; spin < run * 5; spin++) {
                Thread.onSpinWait();
            }
            probe.dispose();
        }
        ring.get().disposeLater().block();
        try (var left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }

    private <T> T with(Path path, Function<UringFile, Mono<T>> use, OpenOption... options) {
        return Mono.usingWhen(ring.get().files().open(path, options), use, UringFile::close).block();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }
}
