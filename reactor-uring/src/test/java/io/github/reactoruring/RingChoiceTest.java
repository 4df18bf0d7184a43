package io.github.reactoruring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.publisher.Mono;

/** A source is on the ring of its subscription, however long before, and on whose thread, it was put together. */
@NeedsUring
class RingChoiceTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    @RegisterExtension
    private final TestUring under = TestUring.with(builder -> builder.rings(2));
    @TempDir
    private Path directory;
    private Path file;

    /** Makes a source that tells the thread it is signalled on. */
    private record Kind(String name, Function<RingChoiceTest, Mono<String>> source) {

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Kind> kinds() {
        return Stream.of(
                new Kind("stat", test -> test.uring().fileSystem().stat(test.file).map(stat -> thread())),
                new Kind("read", test -> test.uring().files().read(test.file).map(chunk -> thread()).last()),
                new Kind("open", test -> Mono.usingWhen(test.uring().files().open(test.file),
                        opened -> Mono.fromSupplier(RingChoiceTest::thread), UringFile::close)),
                new Kind("copy", test -> test.uring().files().copy(test.file, test.directory.resolve("copy"),
                        WriteOptions.defaults())
                        .map(bytes -> thread())));
    }

    @BeforeEach
    void write() throws Exception {
        file = Files.writeString(directory.resolve("file"), "content");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void oneAssemblyIsSpreadOverTheRings(Kind kind) {
        Mono<String> source = kind.source().apply(this);
        List<String> threads = Stream.generate(() -> source.block(TIMEOUT)).limit(8).toList();
        assertThat(Set.copyOf(threads)).hasSize(2);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aSubscriptionOnARingsThreadStaysThere(Kind kind) {
        Mono<String> source = kind.source().apply(this);
        for (int i = 0; i < 4; i++) {
            assertThat(source.flatMap(first -> source.map(second -> first.equals(second))).block(TIMEOUT)).isTrue();
        }
    }

    private Uring uring() {
        return under.get();
    }

    private static String thread() {
        return Thread.currentThread().getName();
    }
}
