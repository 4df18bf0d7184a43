package io.github.reactoruring.file.slow;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.BiFunction;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;

import io.github.reactoruring.UringCancelledException;
import io.github.reactoruring.UringException;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.file.UringFiles;
import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.fuse.SlowFile;
import io.github.reactoruring.testing.fuse.SlowFile.Call;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A filesystem that answers EINTR by itself, as FUSE and network filesystems may: nobody was cancelled. */
class SlowInterruptTest extends OnASlowFilesystem {

    /** What a file is asked for. */
    interface Use extends BiFunction<UringFiles, SlowFile, Publisher<?>> {
    }

    static List<Arguments> uses() {
        return List.of(
                use("read", Call.READ, (files, file) -> files.read(file.path())),
                use("readAt", Call.READ, (files, file) -> using(files, file, opened -> opened.readAt(0, 10))),
                use("opening", Call.OPEN, (files, file) -> files.read(file.path())),
                use("write", Call.WRITE, (files, file) -> files.write(file.path(), bytes(),
                        WriteOptions.defaults().from(0))),
                use("writeAt", Call.WRITE, (files, file) -> using(files, file,
                        opened -> opened.writeAt(0, ByteBuffer.wrap(new byte[10])))),
                use("closing", Call.FLUSH, (files, file) -> files.open(file.path(), StandardOpenOption.READ)
                        .flatMap(UringFile::close)));
    }

    private static Arguments use(String name, Call call, Use use) {
        return Arguments.argumentSet(name, call, use);
    }

    private static Mono<?> using(UringFiles files, SlowFile file,
            java.util.function.Function<UringFile, Mono<?>> use) {
        return files.open(file.path(), StandardOpenOption.READ, StandardOpenOption.WRITE)
                .flatMap(opened -> use.apply(opened).onErrorResume(error -> opened.close().then(Mono.error(error))));
    }

    private static Flux<ByteBuffer> bytes() {
        return Flux.just(ByteBuffer.wrap(new byte[10]));
    }

    @ParameterizedTest
    @MethodSource("uses")
    void isToldAsItsErrorAndNotAsACancellation(Call call, Use use) throws Exception {
        SlowFile file = slow.file("file", new byte[100]);
        file.gate(call).hold();
        Probe<Object> probe = Probe.idle();
        Flux.from(use.apply(ring.get().files(), file)).cast(Object.class).subscribe(probe);
        probe.request(Long.MAX_VALUE);
        file.gate(call).awaitHeld(1).fail(1, Errno.EINTR);
        file.gate(call).open();

        UringException error = probe.awaitError(UringException.class);
        assertThat(error).isNotInstanceOf(UringCancelledException.class);
        assertThat(error.errnoName()).isEqualTo("EINTR");
        assertThat(error).hasMessageContaining(file.path().toString()).hasMessageContaining("interrupted system call");
    }

    @Test
    void ofAReadWhoseFileIsClosedItIsACancellation() throws Exception {
        SlowFile file = slow.file("file", new byte[100]);
        UringFile opened = ring.get().files().open(file.path()).block(LONG);
        file.reads().hold().interruptible();
        Probe<ByteBuffer> read = Probe.idle();
        opened.readAt(0, 10).subscribe(read);
        read.request(1);
        file.reads().awaitHeld(1);

        opened.close().block(LONG);

        read.awaitError(UringCancelledException.class);
    }
}
