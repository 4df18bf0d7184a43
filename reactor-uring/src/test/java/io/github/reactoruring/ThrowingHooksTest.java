package io.github.reactoruring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.kernel.RawPipe;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Schedulers;

/**
 * Sets hooks of Reactor's, which an application has for all its pipelines, and which throw: it costs those whose signal they were
 * called for at most. A stranger's request goes on, the ring does, and nothing is left in flight.
 */
@NeedsUring
@Tag("fault")
class ThrowingHooksTest {

    private static final String KEY = "thrown by a hook";
    private static final int POLLIN = 1;
    private static final Duration LONG = Duration.ofSeconds(30);

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    private RawPipe pipe;
    private final List<Probe<?>> asked = new ArrayList<>();

    @AfterEach
    void reset() {
        Hooks.resetOnNextDropped();
        Hooks.resetOnErrorDropped();
        Hooks.resetOnOperatorError(KEY);
        Hooks.resetOnEachOperator(KEY);
        Hooks.resetOnLastOperator(KEY);
        Schedulers.resetOnScheduleHook(KEY);
        Schedulers.resetOnHandleError(KEY);
    }

    private static Map<String, Consumer<Supplier<Throwable>>> hooks() {
        Map<String, Consumer<Supplier<Throwable>>> all = new LinkedHashMap<>();
        all.put("onNextDropped", thrown -> Hooks.onNextDropped(value -> sneak(thrown)));
        all.put("onErrorDropped", thrown -> Hooks.onErrorDropped(error -> sneak(thrown)));
        all.put("onOperatorError", thrown -> Hooks.onOperatorError(KEY, (error, value) -> sneak(thrown)));
        all.put("onEachOperator, when assembled", thrown -> Hooks.onEachOperator(KEY, publisher -> sneak(thrown)));
        all.put("onEachOperator, when subscribed to", thrown -> Hooks.onEachOperator(KEY,
                Operators.lift((scannable, actual) -> sneak(thrown))));
        all.put("onLastOperator", thrown -> Hooks.onLastOperator(KEY, publisher -> sneak(thrown)));
        all.put("onScheduleHook", thrown -> Schedulers.onScheduleHook(KEY, task -> sneak(thrown)));
        all.put("onScheduleHook, when run", thrown -> Schedulers.onScheduleHook(KEY, task -> () -> sneak(thrown)));
        all.put("onHandleError", thrown -> Schedulers.onHandleError(KEY, (thread, error) -> sneak(thrown)));
        return all;
    }

    private static Map<String, Supplier<Throwable>> throwables() {
        Map<String, Supplier<Throwable>> all = new LinkedHashMap<>();
        all.put("RuntimeException", () -> new IllegalStateException("a hook's own"));
        all.put("Error", () -> new AssertionError("a hook's own"));
        all.put("StackOverflowError", StackOverflowError::new);
        all.put("LinkageError", () -> new NoClassDefFoundError("a hook's own"));
        return all;
    }

    private static <T> T sneak(Supplier<Throwable> thrown) {
        throw ThrowingHooksTest.<RuntimeException>cast(thrown.get());
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E cast(Throwable thrown) throws E {
        throw (E) thrown;
    }

    private static Stream<Arguments> all() {
        return hooks().entrySet().stream().flatMap(hook -> throwables().entrySet().stream()
                .map(thrown -> Arguments.of(hook.getKey(), thrown.getKey(), hook.getValue(), thrown.getValue())));
    }

    @ParameterizedTest(name = "{0} throws {1}")
    @MethodSource("all")
    void costsNobodyElseAnything(String hook, String name, Consumer<Supplier<Throwable>> set,
            Supplier<Throwable> thrown)
            throws Exception {
        Path file = Files.write(directory.resolve("file"), new byte[100_000]);
        pipe = new RawPipe();
        Probe<Integer> stranger = Probe.idle();
        ring.get().raw().poll(pipe.source(), POLLIN).subscribe(stranger);
        stranger.request(1);
        ring.awaitInFlight(1);

        set.accept(thrown);
        // A task that throws before it begins was run, as far as anybody can know.
        boolean told = !hook.equals("onScheduleHook, when run");
        for (Runnable user : users(file)) {
            catchThrowable(user::run);
            if (told) {
                asked.forEach(probe -> Await.until(LONG, () -> "an end", probe::isTerminated));
            }
            ring.awaitInFlight(1);
        }
        reset();

        ring.get().raw().nop().block(LONG);
        assertThat(ring.get().failureCause()).isNull();
        stranger.assertSilent();
        pipe.write(1);
        stranger.awaitEnd().assertRules();
        assertThat(stranger.values()).hasSize(1);
        pipe.close();
        ring.takeDroppedErrors();
    }

    /** What they do goes through the hooks: values and errors that come late, other threads, operators of Reactor's. */
    private List<Runnable> users(Path file) {
        Uring uring = ring.get();
        ReadOptions chunks = ReadOptions.defaults().withChunkBytes(4096);
        return List.of(
                () -> throwing(uring.timers().interval(Duration.ofMillis(1))),
                () -> throwing(uring.files().read(file, chunks)),
                () -> throwing(
                        uring.files().open(file).flatMapMany(open -> open.content(chunks, BufferFactory.heap()))),
                () -> ends(uring.raw().submit(Operation.of(Opcode.READ).fd(-1))),
                () -> ends(uring.files().read(file, chunks).take(1)),
                () -> ends(uring.fileSystem().list(directory)),
                () -> ends(uring.fileSystem().listAttributes(file)),
                () -> ends(uring.files().lines(file)),
                () -> ends(uring.files().write(directory.resolve("w"), Flux.just(ByteBuffer.allocate(100_000)))),
                () -> ends(uring.files().write(directory.resolve("w"), Flux.error(new IllegalStateException("mine")))),
                () -> ends(uring.files().copy(file, directory.resolve("c"), WriteOptions.defaults())),
                () -> ends(uring.files().replace(directory.resolve("r"), Flux.just(ByteBuffer.allocate(10)))),
                () -> begins(uring.files().read(file, chunks).publishOn(Schedulers.parallel())),
                () -> cancelled(uring.timers().interval(Duration.ofMillis(1))),
                () -> cancelled(uring.fileSystem().watch(directory)));
    }

    private static void throwing(Flux<?> source) {
        source.subscribe(value -> {
            throw new IllegalArgumentException("a subscriber's own");
        });
    }

    /** Ends, be it by what the hook threw: nobody who could be subscribed waits for ever. */
    private void ends(Publisher<?> source) {
        Probe<Object> probe = Probe.idle();
        source.subscribe(probe);
        asked.add(probe);
        probe.request(Long.MAX_VALUE);
    }

    /** Ends where Reactor's own operators do not lose what a hook throws. */
    private static void begins(Publisher<?> source) {
        Probe<Object> probe = Probe.idle();
        source.subscribe(probe);
        probe.request(Long.MAX_VALUE);
    }

    private static void cancelled(Flux<?> source) {
        Probe<Object> probe = Probe.idle();
        source.subscribe(probe);
        probe.request(Long.MAX_VALUE);
        probe.dispose();
    }
}
