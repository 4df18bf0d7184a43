package io.github.reactoruring.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

import io.github.reactoruring.Uring;
import io.github.reactoruring.UringCancelledException;
import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.file.UringFiles;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** One performance of an act: its ring, its luck, a directory of its own, and who watches. For its user's thread. */
final class Scene {

    /** How long anybody waits whose file does not hang; the machine may be busy. */
    static final Duration BOUND = Duration.ofSeconds(30);

    private static final List<Class<?>> OF_CLOSING = List.of(RejectedExecutionException.class,
            UringCancelledException.class, ClosedChannelException.class, IllegalStateException.class);

    final SoakWorld world;
    final Uring uring;
    final Random random;
    /** Whether somebody closes the ring meanwhile. */
    final boolean closing;

    /** Counted under this scene's name. */
    final BufferFactory<CountedBuffers.Buffer> buffers;

    private final String name;
    private @Nullable Path directory;
    private int witnesses;

    Scene(SoakWorld world, Uring uring, Random random, boolean closing, String name) {
        this.world = world;
        this.uring = uring;
        this.random = random;
        this.closing = closing;
        this.name = name;
        buffers = world.buffers.of(name);
    }

    UringFiles files() {
        return uring.files();
    }

    /** Plays an act on another ring, with the luck of this one. */
    Scene on(Uring other, Random luck, String act) {
        return new Scene(world, other, luck, true, name + "/" + act);
    }

    /** Subscribes somebody of a drawn conduct. */
    <T> Witness<T> draw(Publisher<? extends T> source, Consumer<? super T> onValue) {
        return subscribe(source, Conduct.draw(random), onValue);
    }

    /** Subscribes somebody who takes all. */
    <T> Witness<T> all(Publisher<? extends T> source, Consumer<? super T> onValue) {
        return subscribe(source, Conduct.PATIENT, onValue);
    }

    /** Takes all, waits for the end, and returns the only value, or null where it has failed. */
    <T> @Nullable T one(Publisher<? extends T> source) {
        Object[] value = new Object[1];
        Witness<T> witness = all(source, given -> value[0] = given);
        tolerate(witness.awaitEnd());
        @SuppressWarnings("unchecked")
        T given = (T) value[0];
        return given;
    }

    <T> Witness<T> subscribe(Publisher<? extends T> source, Conduct conduct, Consumer<? super T> onValue) {
        // For the hook, which any thread runs.
        Random luck = new Random(random.nextLong());
        Context context = random.nextInt(4) != 0
                ? Context.empty()
                : Operators.enableOnDiscard(Context.empty(), discarded -> {
                    world.ledger.count("discarded");
                    if (luck.nextInt(200) == 0) {
                        throw Thrown.sneaky(Thrown.draw(luck));
                    }
                });
        Witness<T> witness = new Witness<>(world.ledger, name + "#" + witnesses++, conduct, context, onValue,
                source.getClass().getName().startsWith("reactor."));
        if (source instanceof Mono<?>) {
            @SuppressWarnings("unchecked")
            Mono<T> mono = (Mono<T>) source;
            mono.subscribe(witness);
        } else {
            @SuppressWarnings("unchecked")
            Flux<T> flux = (Flux<T>) Flux.from(source);
            flux.subscribe(witness);
        }
        return witness;
    }

    /** Accepts no error but what a user threw, what a ring says that is being closed, and these. */
    <T> Witness<T> tolerate(Witness<T> witness, Class<?>... besides) {
        // Read once: one that has been cancelled may be told of an error just now.
        Throwable error = witness.error();
        if (error != null && !Thrown.is(error) && !isOneOf(error, List.of(besides))
                && !(closing && isOneOf(error, OF_CLOSING))) {
            witness.failedWith(error);
        }
        return witness;
    }

    private static boolean isOneOf(Throwable error, List<Class<?>> types) {
        return types.stream().anyMatch(type -> type.isInstance(error));
    }

    void violated(String rule) {
        world.ledger.violated(name + ": " + rule);
    }

    /** Says what is wrong unless {@code right}. */
    void check(boolean right, String wrong) {
        if (!right) {
            violated(wrong);
        }
    }

    /** Returns a directory of this scene's own. */
    Path directory() throws IOException {
        Path made = directory;
        if (made == null) {
            made = Files.createTempDirectory(world.scratch, "scene-");
            directory = made;
        }
        return made;
    }

    /** Removes what it made; what a cancelled request makes later, the world removes. */
    void clear() {
        Path made = directory;
        if (made != null) {
            remove(made);
        }
    }

    static void remove(Path tree) {
        try (Stream<Path> found = Files.walk(tree)) {
            found.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            // Somebody is still at it: the world looks again when all is quiet.
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
