package io.github.reactoruring.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.reactoruring.Uring;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.buffers.TrackedBuffers;
import io.github.reactoruring.testing.buffers.TrackedBuffers.Buffer;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * Each source of buffers in each way to end, with a discard hook and without: a buffer that was emitted is the subscriber's, each
 * other one the source's, and each is released once.
 */
@NeedsUring
class OneOwnerTest {

    private static final int CHUNK = 10;
    private static final ReadOptions OPTIONS = ReadOptions.defaults().withChunkBytes(CHUNK)
            .withReadAheadBytes(5 * CHUNK);

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    private final TrackedBuffers buffers = new TrackedBuffers();
    /** Of its own, so that a case may end it. */
    private Uring uring;
    private Path path;

    private interface Source {

        Flux<Buffer> make(OneOwnerTest test);
    }

    private interface Ending {

        void of(OneOwnerTest test, Subject subject);
    }

    /** A source that is subscribed to, and what is done with each buffer once that was released. */
    private static final class Subject {

        private final Flux<Buffer> source;
        private Consumer<Probe<Buffer>> onValue = probe -> {
        };
        private Probe<Buffer> probe = Probe.idle();

        Subject(Flux<Buffer> source) {
            this.source = source;
        }

        Probe<Buffer> subscribe() {
            probe = Probe.doing(buffer -> {
                buffer.release();
                onValue.accept(probe);
            });
            source.subscribe(probe);
            return probe;
        }
    }

    private static Map<String, Source> sources() {
        Map<String, Source> all = new LinkedHashMap<>();
        all.put("files.read", test -> test.uring.files().read(test.path, OPTIONS, test.buffers));
        all.put("file.content", test -> test.file().content(OPTIONS, test.buffers));
        all.put("file.stream of a pipe", test -> test.pipe().stream(test.buffers));
        all.put("file.read", test -> test.file().read(CHUNK, test.buffers).flux());
        all.put("file.read of a pipe", test -> test.pipe().read(CHUNK, test.buffers).flux());
        all.put("file.readAt", test -> test.file().readAt(0, CHUNK, test.buffers).flux());
        all.put("file.readEach", test -> test.file().readEach(
                Flux.range(0, 10).map(i -> (long) i * CHUNK), CHUNK, 3, test.buffers));
        all.put("files.tail", test -> test.uring.files().tail(test.path,
                TailOptions.fromStart().withChunkBytes(CHUNK), test.buffers));
        return all;
    }

    private static Map<String, Ending> endings() {
        Map<String, Ending> all = new LinkedHashMap<>();
        all.put("cancelled before it was asked", (test, subject) -> subject.subscribe().dispose());
        all.put("cancelled as it was asked", (test, subject) -> subject.subscribe().request(1).dispose());
        all.put("cancelled with what was not asked for", (test, subject) -> {
            Probe<Buffer> probe = subject.subscribe().request(1).awaitValues(1);
            test.turns();
            probe.dispose();
        });
        all.put("cancelled amid", (test, subject) -> {
            Probe<Buffer> probe = subject.subscribe().request(Long.MAX_VALUE);
            Await.until("a value", () -> !probe.values().isEmpty());
            probe.dispose();
        });
        all.put("cancelled by its subscriber", (test, subject) -> {
            subject.onValue = Probe::dispose;
            subject.subscribe().request(2).awaitValues(1);
        });
        all.put("left by a subscriber that threw", (test, subject) -> {
            subject.onValue = probe -> {
                throw new IllegalStateException("a subscriber's own");
            };
            subject.subscribe().request(2).awaitValues(1);
        });
        all.put("asked for less than nothing", (test, subject) -> {
            Probe<Buffer> probe = subject.subscribe().request(1).awaitValues(1);
            test.turns();
            // Reactor says so in the log, and goes on.
            probe.requestUnchecked(-1);
            test.turns();
            probe.dispose();
        });
        all.put("ended by its ring", (test, subject) -> {
            Probe<Buffer> probe = subject.subscribe().request(1).awaitValues(1);
            test.turns();
            test.uring.dispose();
            probe.request(Long.MAX_VALUE).awaitEnd();
        });
        all.put("ended by its ring before it was asked", (test, subject) -> {
            Probe<Buffer> probe = subject.subscribe();
            test.uring.dispose();
            probe.request(1).awaitEnd();
        });
        return all;
    }

    private static Stream<Arguments> cases() {
        return sources().keySet().stream().flatMap(source -> endings().keySet().stream().flatMap(
                ending -> Stream.of(Arguments.of(source, ending, false), Arguments.of(source, ending, true))));
    }

    @BeforeEach
    void open() throws Exception {
        uring = Uring.builder("owned").build();
        path = Files.write(directory.resolve("file"), new byte[100 * CHUNK]);
    }

    @AfterEach
    void close() {
        uring.disposeLater().block(Duration.ofSeconds(30));
    }

    @ParameterizedTest(name = "{0}, {1}, hook: {2}")
    @MethodSource("cases")
    void eachBufferIsReleasedOnce(String source, String ending, boolean hook) {
        try (buffers) {
            Flux<Buffer> flux = sources().get(source).make(this);
            Subject subject = new Subject(hook
                    ? flux.contextWrite(
                            context -> Operators.enableOnDiscard(context, value -> ((Buffer) value).release()))
                    : flux);

            endings().get(ending).of(this, subject);

            buffers.awaitNothingLeft();
            subject.probe.assertRules();
            assertThat(subject.probe.values().size()).isLessThanOrEqualTo(buffers.leasesInAll());
        }
    }

    /** Lets the ring come round, so that what it reads ahead is there. */
    private void turns() {
        for (int i = 0; i < 5; i++) {
            uring.raw().nop().block();
        }
    }

    private UringFile file() {
        return uring.files().open(path).block();
    }

    private UringFile pipe() {
        UringPipe pipe = uring.files().pipe().block();
        pipe.sink().write(ByteBuffer.allocate(2 * CHUNK)).block();
        return pipe.source();
    }
}
