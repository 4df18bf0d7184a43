package io.github.reactoruring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.raw.Chain;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.kernel.RawPipe;
import reactor.core.CoreSubscriber;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;

/**
 * Throws whatever can be thrown at every place where the library calls code of users. It costs who threw its request; a
 * stranger's goes on, the ring does, and nothing is left.
 */
@NeedsUring
@Tag("fault")
class ThrowingPlacesTest {

    private static final int POLLIN = 1;
    private static final int POLLOUT = 4;
    private static final int CHUNK = 16;

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    /** A place where something is thrown: does it, and sees how it ends. */
    private interface Place {

        void reach(ThrowingPlacesTest test, Thrower thrower) throws Exception;
    }

    /** Throws. */
    private record Thrower(Throwable thrown) {

        <T> T now() {
            throw ThrowingPlacesTest.<RuntimeException>sneak(thrown);
        }

        Runnable later() {
            return this::now;
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E sneak(Throwable thrown) throws E {
        throw (E) thrown;
    }

    /** An exception that cannot even be described. */
    private static final class Unspeakable extends RuntimeException {

        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message");
        }

        @Override
        public String toString() {
            throw new IllegalStateException("no text");
        }
    }

    private static Map<String, Supplier<Throwable>> throwables() {
        Map<String, Supplier<Throwable>> all = new LinkedHashMap<>();
        all.put("RuntimeException", () -> new IllegalStateException("a user's own"));
        all.put("checked", () -> new InterruptedException("a user's own"));
        all.put("Error", () -> new AssertionError("a user's own"));
        all.put("StackOverflowError", StackOverflowError::new);
        all.put("OutOfMemoryError", () -> new OutOfMemoryError("a user's own"));
        all.put("InternalError", () -> new InternalError("a user's own"));
        all.put("LinkageError", () -> new NoClassDefFoundError("a user's own"));
        all.put("Unspeakable", Unspeakable::new);
        return all;
    }

    private static Map<String, Place> places() {
        Map<String, Place> all = new LinkedHashMap<>();
        all.put("onStaged", (test, thrower) -> test.fails(thrower,
                test.uring().raw().submit(nop().onStaged(userData -> thrower.now()))));
        all.put("onStaged of a chain", (test, thrower) -> test.fails(thrower,
                test.uring().raw().submit(Chain.of(nop()).then(nop().onStaged(userData -> thrower.now())))));
        all.put("onStaged of a stream", (test, thrower) -> test.fails(thrower,
                test.uring().raw().stream(nop().onStaged(userData -> thrower.now()))));
        all.put("onStaged with a deadline", (test, thrower) -> test.fails(thrower, test.uring().raw().submit(
                nop().onStaged(userData -> thrower.now()).withDeadline(Duration.ofMinutes(1)))));
        all.put("onRelease", (test, thrower) -> test.completes(
                test.uring().raw().submit(nop().onRelease(thrower.later()))));
        all.put("onRelease of a stream", (test, thrower) -> test.completes(
                test.uring().raw().stream(nop().onRelease(thrower.later()))));
        subscribers(all);
        factories(all);
        readers(all);
        publishers(all);
        all.put("a batch", (test, thrower) -> assertThat(catchThrowable(() -> test.uring().batch(thrower.later())))
                .isSameAs(thrower.thrown));
        all.put("a member of a composite", (test, thrower) -> {
            var composite = test.uring().composite();
            composite.add(thrower::now);
            composite.add(Disposables.single());
            assertThat(catchThrowable(composite::dispose)).isNotNull();
        });
        return all;
    }

    private static void subscribers(Map<String, Place> all) {
        all.put("onNext of one", (test, thrower) -> test.isGone(thrower,
                test.uring().raw().poll(test.pipe.sink(), POLLOUT)));
        all.put("onNext of a poll", (test, thrower) -> test.isGone(thrower,
                test.uring().raw().pollMultishot(test.pipe.sink(), POLLOUT)));
        all.put("onNext of a timer", (test, thrower) -> test.isGone(thrower,
                test.uring().timers().interval(Duration.ofMillis(1))));
        all.put("onNext of a file", (test, thrower) -> test.isGone(thrower,
                test.uring().files().read(test.file(), ReadOptions.defaults().withChunkBytes(CHUNK))));
        all.put("onNext of an open file", (test, thrower) -> test.isGone(thrower,
                test.uring().files().open(test.file())));
        all.put("onNext of a chain", (test, thrower) -> test.isGone(thrower,
                test.uring().raw().submit(Chain.of(nop()).then(nop()))));
        all.put("onNext of a write", (test, thrower) -> test.isGone(thrower,
                test.uring().files().write(test.directory.resolve("w"), content())));
        all.put("onComplete", (test, thrower) -> {
            Hostile hostile = new Hostile();
            hostile.onComplete = thrower.later();
            hostile.subscribeTo(test.uring().raw().nop());
            Await.until("told", () -> hostile.told == 1);
        });
        all.put("onError", (test, thrower) -> {
            Hostile hostile = new Hostile();
            hostile.onError = thrower.later();
            hostile.subscribeTo(test.uring().raw().submit(Operation.of(Opcode.READ).fd(-1)));
            Await.until("told", () -> hostile.told == 1);
        });
        all.put("onSubscribe", (test, thrower) -> {
            Hostile hostile = new Hostile();
            hostile.onSubscribe = thrower.later();
            // Reactor tells the subscriber once more, and throws what comes of that.
            Throwable told = catchThrowable(
                    () -> hostile.subscribeTo(test.uring().raw().poll(test.pipe.source(), POLLIN)));
            assertThat(told == null).as("thrown to who subscribes").isFalse();
        });
    }

    private static void factories(Map<String, Place> all) {
        for (String method : new String[]{"lease", "address", "fill"}) {
            all.put("a factory's " + method + " for one", (test, thrower) -> test.fails(thrower,
                    test.uring().files().open(test.file())
                            .flatMap(file -> file.readAt(0, CHUNK, new Factory(method, thrower)))));
            all.put("a factory's " + method + " for a file", (test, thrower) -> test.fails(thrower,
                    test.uring().files().read(test.file(), ReadOptions.defaults().withChunkBytes(CHUNK),
                            new Factory(method, thrower))));
        }
        all.put("a lease's release", (test, thrower) -> {
            Factory factory = new Factory("release", thrower);
            UringFile source = test.uring().files().pipe().block().source();
            Probe<ByteBuffer> probe = Probe.idle();
            source.read(CHUNK, factory).subscribe(probe);
            probe.request(1);
            test.ring.awaitInFlight(2);
            probe.dispose();
            Await.until("released", () -> factory.reached);
        });
    }

    private static void readers(Map<String, Place> all) {
        for (String method : new String[]{"lend", "address", "length"}) {
            all.put("a reader's " + method + " for one", (test, thrower) -> test.fails(thrower,
                    test.uring().files().open(test.file(), StandardOpenOption.WRITE)
                            .flatMap(file -> file.write(ByteBuffer.allocate(CHUNK), new Reader(method, thrower)))));
            all.put("a reader's " + method + " for a file", (test, thrower) -> test.fails(thrower,
                    test.uring().files().write(test.directory.resolve("w"), content(), WriteOptions.defaults(),
                            new Reader(method, thrower))));
        }
        all.put("a loan's release", (test, thrower) -> test.completes(
                test.uring().files().write(test.directory.resolve("w"), content(), WriteOptions.defaults(),
                        new Reader("release", thrower))));
    }

    private static void publishers(Map<String, Place> all) {
        all.put("subscribe of a write's source", (test, thrower) -> test.fails(thrower,
                test.uring().files().write(test.directory.resolve("w"), subscriber -> thrower.now())));
        all.put("request of a write's source", (test, thrower) -> test.fails(thrower,
                test.uring().files().write(test.directory.resolve("w"), subscriber -> subscriber.onSubscribe(
                        subscription(thrower.later(), () -> {
                        })))));
        all.put("cancel of a write's source", (test, thrower) -> {
            Probe<Long> probe = Probe.idle();
            test.uring().files().write(test.directory.resolve("w"), (Publisher<ByteBuffer>) subscriber -> {
                subscriber.onSubscribe(subscription(() -> {
                }, thrower.later()));
                subscriber.onNext(ByteBuffer.allocate(CHUNK));
            }, WriteOptions.defaults(), new Reader("length", new Thrower(new IllegalStateException("first"))))
                    .subscribe(probe);
            probe.request(1).awaitEnd().assertRules();
            assertThat(probe.error()).hasMessage("first");
        });
        all.put("cancel of a write that was left", (test, thrower) -> {
            Probe<Long> probe = Probe.idle();
            Hostile asked = new Hostile();
            test.uring().files().write(test.directory.resolve("w"),
                    (Publisher<ByteBuffer>) subscriber -> subscriber.onSubscribe(subscription(() -> asked.told = 1,
                            thrower.later())))
                    .subscribe(probe);
            probe.request(1);
            Await.until("it has begun", () -> asked.told == 1);
            probe.dispose();
        });
    }

    private static Subscription subscription(Runnable onRequest, Runnable onCancel) {
        return new Subscription() {
            @Override
            public void request(long n) {
                onRequest.run();
            }

            @Override
            public void cancel() {
                onCancel.run();
            }
        };
    }

    private static Operation nop() {
        return Operation.of(Opcode.NOP);
    }

    private static Flux<ByteBuffer> content() {
        return Flux.range(0, 4).map(i -> ByteBuffer.allocateDirect(CHUNK));
    }

    private Uring uring() {
        return ring.get();
    }

    private Path file() throws java.io.IOException {
        return Files.write(directory.resolve("file"), new byte[8 * CHUNK]);
    }

    // ---- How it ends

    private void fails(Thrower thrower, Publisher<?> source) {
        Probe<Object> probe = Probe.idle();
        source.subscribe(probe);
        probe.request(Long.MAX_VALUE).awaitEnd().assertRules();
        Throwable told = probe.error();
        // Reactor wraps what is checked.
        assertThat(told == thrower.thrown || told != null && told.getCause() == thrower.thrown).isTrue();
    }

    private void completes(Publisher<?> source) {
        Probe<Object> probe = Probe.idle();
        source.subscribe(probe);
        probe.request(Long.MAX_VALUE).awaitEnd().assertRules();
        assertThat(probe.error() == null).as("it completes").isTrue();
    }

    private void isGone(Thrower thrower, Publisher<?> source) {
        Hostile hostile = new Hostile();
        hostile.onNext = thrower.later();
        hostile.subscribeTo(source);
        Await.until("told", () -> hostile.told == 1);
        // Only the stranger's is left.
        ring.awaitInFlight(1);
        assertThat(hostile.told).isEqualTo(1);
    }

    private static Stream<Arguments> all() {
        return places().entrySet().stream().flatMap(place -> throwables().entrySet().stream()
                .map(thrown -> Arguments.of(place.getKey(), thrown.getKey(), place.getValue(), thrown.getValue())));
    }

    private RawPipe pipe;

    @ParameterizedTest(name = "{0} throws {1}")
    @MethodSource("all")
    void costsNobodyElseAnything(String place, String name, Place reached, Supplier<Throwable> thrown)
            throws Exception {
        pipe = new RawPipe();
        Probe<Integer> stranger = Probe.idle();
        uring().raw().poll(pipe.source(), POLLIN).subscribe(stranger);
        stranger.request(1);
        ring.awaitInFlight(1);

        reached.reach(this, new Thrower(thrown.get()));

        ring.awaitInFlight(1);
        uring().raw().nop().block(Duration.ofSeconds(30));
        assertThat(uring().failureCause()).isNull();
        stranger.assertSilent();
        pipe.write(1);
        stranger.awaitEnd().assertRules();
        assertThat(stranger.values()).hasSize(1);
        pipe.close();
        ring.takeDroppedErrors();
    }

    /** A subscriber that throws where it is told to. */
    private static final class Hostile implements CoreSubscriber<Object> {

        private Runnable onSubscribe = () -> {
        };
        private Runnable onNext = () -> {
        };
        private Runnable onError = () -> {
        };
        private Runnable onComplete = () -> {
        };
        private volatile int told;

        @SuppressWarnings("unchecked")
        void subscribeTo(Publisher<?> source) {
            ((Publisher<Object>) source).subscribe(this);
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            onSubscribe.run();
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Object value) {
            told++;
            onNext.run();
        }

        @Override
        public void onError(Throwable error) {
            told++;
            onError.run();
        }

        @Override
        public void onComplete() {
            told++;
            onComplete.run();
        }
    }

    /** Lends heap buffers, by one method that throws. */
    private static final class Factory implements BufferFactory<ByteBuffer> {

        private final String method;
        private final Thrower thrower;
        private volatile boolean reached;

        Factory(String method, Thrower thrower) {
            this.method = method;
            this.thrower = thrower;
        }

        private void reach(String name) {
            if (name.equals(method)) {
                reached = true;
                thrower.now();
            }
        }

        @Override
        public Lease<ByteBuffer> lease(int capacityBytes) {
            reach("lease");
            Lease<ByteBuffer> lease = BufferFactory.heap().lease(capacityBytes);
            return new Lease<>() {
                @Override
                public long address() {
                    reach("address");
                    return lease.address();
                }

                @Override
                public int capacityBytes() {
                    return lease.capacityBytes();
                }

                @Override
                public ByteBuffer fill(int lengthBytes) {
                    ByteBuffer filled = lease.fill(lengthBytes);
                    reach("fill");
                    return filled;
                }

                @Override
                public void release() {
                    lease.release();
                    reach("release");
                }
            };
        }

        @Override
        public void release(ByteBuffer buffer) {
            reach("release");
        }
    }

    /** Lends byte buffers, by one method that throws. */
    private record Reader(String method, Thrower thrower) implements BufferReader<ByteBuffer> {

        private void reach(String name) {
            if (name.equals(method)) {
                thrower.now();
            }
        }

        @Override
        public Loan lend(ByteBuffer buffer) {
            reach("lend");
            Loan loan = BufferReader.byteBuffers().lend(buffer);
            return new Loan() {
                @Override
                public long address() {
                    reach("address");
                    return loan.address();
                }

                @Override
                public int lengthBytes() {
                    reach("length");
                    return loan.lengthBytes();
                }

                @Override
                public void release() {
                    loan.release();
                    reach("release");
                }
            };
        }

        @Override
        public void release(ByteBuffer buffer) {
            reach("release");
        }
    }
}
