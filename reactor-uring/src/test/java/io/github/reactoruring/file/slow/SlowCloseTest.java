package io.github.reactoruring.file.slow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.KernelSight;
import io.github.reactoruring.testing.kernel.KernelTrace;
import io.github.reactoruring.testing.kernel.NeedsTrace;
import io.github.reactoruring.testing.process.Descriptors;
import reactor.core.publisher.Flux;

/** Holds closes that may take the kernel long away from the ring's own thread. */
@NeedsTrace
class SlowCloseTest {

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    interface Use {

        void run(SlowCloseTest test) throws IOException;
    }

    static List<Arguments> slow() {
        return List.of(
                Arguments.argumentSet("a watch",
                        (Use) test -> test.ring.get().fileSystem().watch(test.directory).take(1)
                                .blockLast()),
                Arguments.argumentSet("a large file, which may have been deleted meanwhile",
                        (Use) test -> test.read(8 << 20)),
                Arguments.argumentSet("a write", (Use) test -> test.ring.get().files()
                        .write(test.directory.resolve("new"), bytes()).block()),
                Arguments.argumentSet("a write that fails, and leaves nothing", (Use) test -> test.ring.get().files()
                        .write(test.directory.resolve("new"), bytes().concatWith(Flux.error(new IOException())),
                                WriteOptions.defaults().withPartial(WriteOptions.Partial.DELETE))
                        .onErrorComplete().block()),
                Arguments.argumentSet("a file that is written at a position", (Use) test -> test.ring.get().files()
                        .open(test.directory.resolve("new"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)
                        .flatMap(UringFile::close).block()));
    }

    @ParameterizedTest
    @MethodSource("slow")
    void isAWorkers(Use use) throws IOException {
        KernelSight sight = traced(use);

        assertThat(sight.submitted("CLOSE")).isEqualTo(1);
        assertThat(sight.toWorkers("CLOSE")).isEqualTo(1);
    }

    @Test
    void isAWorkersWhereAFileIsReplaced() throws IOException {
        KernelSight sight = traced(test -> ring.get().files().replace(directory.resolve("new"), bytes()).block());

        assertThat(sight.submitted("CLOSE")).as("the file, and its directory").isEqualTo(2);
        assertThat(sight.toWorkers("CLOSE")).as("the file").isEqualTo(1);
    }

    @Test
    void isTheRingsWhereAFileIsSmall() throws IOException {
        KernelSight sight = traced(test -> read(64 << 10));

        assertThat(sight.submitted("CLOSE")).isEqualTo(1);
        assertThat(sight.toWorkers("CLOSE")).isZero();
    }

    private KernelSight traced(Use use) throws IOException {
        ring.get().raw().nop().block();
        Map<String, Integer> before = Descriptors.open();
        try (KernelTrace trace = KernelTrace.start()) {
            use.run(this);
            // A close may be still to be submitted when its source has ended.
            Descriptors.awaitNoMoreThan(before);
            ring.awaitIdle();
            KernelSight sight = trace.stop();
            assertThat(sight.lost()).isZero();
            return sight;
        }
    }

    private void read(int bytes) throws IOException {
        Path file = Files.write(directory.resolve("old"), new byte[bytes]);
        assertThat(ring.get().files().read(file).map(ByteBuffer::remaining).reduce(0, Integer::sum).block())
                .isEqualTo(bytes);
    }

    private static Flux<ByteBuffer> bytes() {
        return Flux.just(ByteBuffer.wrap(new byte[100]));
    }
}
