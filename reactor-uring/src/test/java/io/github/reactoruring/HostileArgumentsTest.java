package io.github.reactoruring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.file.Advice;
import io.github.reactoruring.file.DirectoryChange;
import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.file.ReplaceOptions;
import io.github.reactoruring.file.TailOptions;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.file.UringFileSystem;
import io.github.reactoruring.file.UringFiles;
import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.netty.NettyBuffers;
import io.github.reactoruring.raw.Cancel;
import io.github.reactoruring.raw.Chain;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.raw.Raw;
import io.github.reactoruring.spring.UringDataBuffers;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.time.Timers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/**
 * Calls every public method with hostile arguments, one at a time: what is thrown, or told by onError, says what is wrong,
 * and nothing else happens to the ring. The methods are found by reflection: one of a parameter that this does not know fails
 * the test.
 */
@NeedsUring
@Tag("fault")
class HostileArgumentsTest {

    /** The working directory, by names that say nothing: not to be deleted or renamed by a test. */
    private static final Set<String> LOOK_ONLY = Set.of("read", "text", "stat", "lstat", "exists", "lines");
    private static final Set<String> ENDS_THE_RING = Set.of("dispose", "disposeLater");
    /** For the library's own use, or of every object. */
    private static final Set<String> NOT_ASKED = Set.of("hardAfter", "equals", "hashCode", "toString", "getClass",
            "notify", "notifyAll",
            "wait");

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    private final Arena arena = Arena.ofShared();
    private final List<String> faults = new ArrayList<>();
    private FileSystem zip;
    private Path file;
    private int names;

    /** Opened before descriptors are counted: some methods use it. */
    @BeforeAll
    static void openShared() {
        Uring.shared();
    }

    @BeforeEach
    void open() throws IOException {
        file = Files.write(directory.resolve("file"), new byte[100]);
        zip = FileSystems.newFileSystem(directory.resolve("z.zip"), Map.of("create", "true"));
    }

    @AfterEach
    void close() throws IOException {
        zip.close();
        arena.close();
    }

    private enum Subject {
        URING, BUILDER, FILES, FILE, FILE_SYSTEM, TIMERS, RAW, OPERATION, CANCEL, CHAIN, READ_OPTIONS, WRITE_OPTIONS,
        REPLACE_OPTIONS, TAIL_OPTIONS, NETTY_BUFFERS, DATA_BUFFERS, CANCEL_POLICY
    }

    private Class<?> type(Subject subject) {
        return switch (subject) {
            case URING -> Uring.class;
            case BUILDER -> UringBuilder.class;
            case FILES -> UringFiles.class;
            case FILE -> UringFile.class;
            case FILE_SYSTEM -> UringFileSystem.class;
            case TIMERS -> Timers.class;
            case RAW -> Raw.class;
            case OPERATION -> Operation.class;
            case CANCEL -> Cancel.class;
            case CHAIN -> Chain.class;
            case READ_OPTIONS -> ReadOptions.class;
            case WRITE_OPTIONS -> WriteOptions.class;
            case REPLACE_OPTIONS -> ReplaceOptions.class;
            case TAIL_OPTIONS -> TailOptions.class;
            case NETTY_BUFFERS -> NettyBuffers.class;
            case DATA_BUFFERS -> UringDataBuffers.class;
            case CANCEL_POLICY -> CancelPolicy.class;
        };
    }

    private @Nullable Object instance(Subject subject) {
        return switch (subject) {
            case URING -> ring.get();
            case BUILDER -> Uring.builder("b");
            case FILES -> ring.get().files();
            case FILE -> ring.get().files().open(file, StandardOpenOption.READ, StandardOpenOption.WRITE).block();
            case FILE_SYSTEM -> ring.get().fileSystem();
            case TIMERS -> ring.get().timers();
            case RAW -> ring.get().raw();
            case OPERATION -> Operation.of(Opcode.NOP);
            case CANCEL -> Cancel.fd(1);
            case CHAIN -> Chain.of(Operation.of(Opcode.NOP));
            case READ_OPTIONS -> ReadOptions.defaults();
            case WRITE_OPTIONS -> WriteOptions.defaults();
            case REPLACE_OPTIONS -> ReplaceOptions.defaults();
            case TAIL_OPTIONS -> TailOptions.fromStart();
            case NETTY_BUFFERS -> NettyBuffers.pooled();
            case DATA_BUFFERS -> null;
            case CANCEL_POLICY -> CancelPolicy.coalesce();
        };
    }

    static Stream<Subject> subjects() {
        return Stream.of(Subject.values());
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void sayWhatIsWrongAndHarmNothing(Subject subject) throws Exception {
        int calls = 0;
        for (Method method : type(subject).getMethods()) {
            if (NOT_ASKED.contains(method.getName()) || method.isBridge() || method.isSynthetic()
                    || ENDS_THE_RING.contains(method.getName())) {
                continue;
            }
            for (int position = 0; position < method.getParameterCount(); position++) {
                for (Object hostile : hostile(method, method.getParameterTypes()[position])) {
                    Object[] arguments = good(method);
                    arguments[position] = hostile;
                    call(subject, method, arguments, position);
                    calls++;
                }
            }
        }
        // What a publisher says after its end.
        assertThat(ring.takeDroppedErrors()).allMatch(dropped -> "after the end".equals(dropped.getMessage()));
        assertThat(faults).isEmpty();
        assertThat(calls).as("calls").isPositive();
        assertThat(ring.get().failureCause()).isNull();
    }

    private void call(Subject subject, Method method, Object[] arguments, int position) throws Exception {
        String call = method.getDeclaringClass().getSimpleName() + "." + method.getName() + " with "
                + describe(arguments[position]) + " for " + method.getParameterTypes()[position].getSimpleName()
                + " #" + position;
        Object target = Modifier.isStatic(method.getModifiers()) ? null : instance(subject);
        if (target == null && !Modifier.isStatic(method.getModifiers())) {
            return;
        }
        try {
            Object result = method.invoke(target, arguments);
            if (result instanceof Publisher<?> publisher) {
                subscribe(call, publisher);
            }
        } catch (InvocationTargetException e) {
            check(call, e.getCause());
        }
        if (target instanceof UringFile open) {
            open.close().block();
        }
    }

    private void subscribe(String call, Publisher<?> publisher) {
        Probe<Object> probe = Probe.idle();
        publisher.subscribe(probe);
        probe.request(3);
        for (int i = 0; i < 3; i++) {
            ring.get().raw().nop().block();
        }
        if (!probe.isTerminated()) {
            probe.dispose();
        } else if (probe.error() != null) {
            check(call + " told", probe.error());
        }
        for (Object value : probe.values()) {
            if (value instanceof UringFile open) {
                open.close().block();
            }
        }
        ring.awaitIdle();
        if (ring.get().failureCause() != null) {
            faults.add(call + " failed the ring");
        }
    }

    private void check(String call, Throwable thrown) {
        String message = thrown.getMessage();
        boolean clear = switch (thrown) {
            // Not the virtual machine's own, which names something within.
            case NullPointerException e -> message != null && !message.startsWith("Cannot ");
            case IllegalArgumentException e -> message != null;
            // Where Spring or the JDK does the work.
            case UnsupportedOperationException e -> true;
            case IllegalStateException e -> message != null;
            case IOException e -> message != null;
            case TimeoutException e -> true;
            default -> false;
        };
        if (!clear) {
            faults.add(call + ": " + thrown + " at " + Arrays.stream(thrown.getStackTrace()).limit(4).toList());
        }
    }

    private static String describe(@Nullable Object value) {
        String text = switch (value) {
            case Object[] array -> Arrays.toString(array);
            case null, default -> String.valueOf(value);
        };
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }

    // ---- The arguments

    private Object[] good(Method method) {
        return Arrays.stream(method.getParameterTypes()).map(type -> goodOf(method, type)).toArray();
    }

    private Object goodOf(Method method, Class<?> type) {
        if (type == int.class) {
            return 1;
        } else if (type == long.class) {
            return 1L;
        } else if (type == boolean.class) {
            return true;
        } else if (type == Path.class) {
            return directory.resolve("name" + names++);
        } else if (type == String.class) {
            return "user.x";
        } else if (type == byte[].class) {
            return new byte[]{1};
        } else if (type == Duration.class) {
            return Duration.ofMillis(1);
        } else if (type == Charset.class) {
            return StandardCharsets.UTF_8;
        } else if (type == BufferFactory.class) {
            return BufferFactory.heap();
        } else if (type == BufferReader.class) {
            return BufferReader.byteBuffers();
        } else if (type == Publisher.class) {
            return Flux.just(element(method));
        } else if (type == List.class) {
            return List.of(ByteBuffer.allocate(1));
        } else if (type == ByteBuffer.class || type == Object.class) {
            return ByteBuffer.allocate(1);
        } else if (type == UringFile.class) {
            return ring.get().files().pipe().block().sink();
        }
        return goodOfVocabulary(type);
    }

    private static Object element(Method method) {
        if (method.getDeclaringClass() == UringDataBuffers.class) {
            return new DefaultDataBufferFactory().wrap(new byte[1]);
        }
        return method.getName().equals("readEach") ? 0L : ByteBuffer.allocate(1);
    }

    private Object goodOfVocabulary(Class<?> type) {
        if (type.isArray()) {
            return Array.newInstance(type.getComponentType(), 0);
        } else if (type.isEnum()) {
            return type.getEnumConstants()[0];
        } else if (type == MemorySegment.class) {
            return arena.allocate(16);
        } else if (type == Runnable.class) {
            return (Runnable) () -> {
            };
        } else if (type == LongConsumer.class) {
            return (LongConsumer) userData -> {
            };
        } else if (type == Operation.class) {
            return Operation.of(Opcode.NOP);
        } else if (type == Chain.class) {
            return Chain.of(Operation.of(Opcode.NOP));
        } else if (type == Cancel.class) {
            return Cancel.userData(1);
        } else if (type == ReadOptions.class) {
            return ReadOptions.defaults();
        } else if (type == WriteOptions.class) {
            return WriteOptions.defaults();
        } else if (type == ReplaceOptions.class) {
            return ReplaceOptions.defaults();
        } else if (type == TailOptions.class) {
            return TailOptions.fromStart();
        } else if (type == CancelPolicy.class) {
            return CancelPolicy.coalesce();
        } else if (type == ByteBufAllocator.class) {
            return ByteBufAllocator.DEFAULT;
        } else if (type == ByteBuf.class) {
            return Unpooled.wrappedBuffer(new byte[1]);
        } else if (type == DataBufferFactory.class) {
            return new DefaultDataBufferFactory();
        } else if (type == DataBuffer.class) {
            return new DefaultDataBufferFactory().wrap(new byte[1]);
        } else if (type == Resource.class) {
            return new FileSystemResource(file);
        } else if (type == Uring.class) {
            return ring.get();
        }
        throw new AssertionError("No arguments are known for " + type + ": give it some");
    }

    private List<Object> hostile(Method method, Class<?> type) {
        List<Object> all = new ArrayList<>();
        if (type == int.class) {
            all.addAll(List.of(Integer.MIN_VALUE, -1, 0));
            if (!method.getName().equals("lease")) {
                // Netty has no memory for that, and says so.
                all.add(Integer.MAX_VALUE);
            }
        } else if (type == long.class) {
            all.addAll(List.of(Long.MIN_VALUE, -1L, 0L, Long.MAX_VALUE));
        } else if (type == boolean.class) {
            all.add(false);
        } else {
            all.add(null);
            all.addAll(hostileObjects(method, type));
        }
        return all;
    }

    private List<Object> hostileObjects(Method method, Class<?> type) {
        if (type == Path.class) {
            List<Object> paths = new ArrayList<>(List.of(zip.getPath("/x"), directory.resolve("x".repeat(10_000)),
                    Path.of("/" + "x/".repeat(5_000)), directory, Path.of("/")));
            if (LOOK_ONLY.contains(method.getName())) {
                paths.add(Path.of(""));
            } else {
                paths.removeLast();
                paths.removeLast();
            }
            return paths;
        } else if (type == String.class) {
            return List.of("", "x".repeat(10_000), "a\0b");
        } else if (type == byte[].class) {
            return List.of(new byte[0], new byte[100_000]);
        } else if (type == Duration.class) {
            return List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofSeconds(Long.MIN_VALUE),
                    Duration.ofSeconds(Long.MAX_VALUE, 999_999_999));
        } else if (type == MemorySegment.class) {
            Arena over = Arena.ofShared();
            MemorySegment closed = over.allocate(16);
            over.close();
            return List.of(MemorySegment.NULL, MemorySegment.ofArray(new byte[16]), closed,
                    arena.allocate(16).asReadOnly(), arena.allocate(0));
        } else if (type == ByteBuffer.class || type == Object.class) {
            return List.of(ByteBuffer.allocate(0), ByteBuffer.allocate(4).asReadOnlyBuffer(),
                    ByteBuffer.allocateDirect(8).position(3).limit(5).duplicate());
        } else if (type == List.class) {
            return List.of(List.of(), Collections.singletonList(null),
                    Collections.nCopies(5_000, ByteBuffer.allocate(1)));
        } else if (type == Publisher.class) {
            List<Object> violating = new ArrayList<>(
                    List.of(Violations.onNextNull(), Violations.twice(), Violations.moreThanAsked(element(method))));
            if (!method.getName().equals("readEach")) {
                // Whoever is never subscribed cannot be told.
                violating.add(Violations.nothing());
            }
            return violating;
        } else if (type == OpenOption[].class) {
            return List.of(new OpenOption[]{null}, new OpenOption[]{new OpenOption() {
            }}, new OpenOption[]{StandardOpenOption.APPEND, StandardOpenOption.TRUNCATE_EXISTING});
        } else if (type == DirectoryChange.Kind[].class) {
            return Collections.singletonList(new DirectoryChange.Kind[]{null});
        } else if (type == BufferFactory.class) {
            return List.of(Violations.leasesNull());
        } else if (type == BufferReader.class) {
            return List.of(Violations.lendsNull());
        }
        return List.of();
    }

    // ---- What ends the ring

    @Test
    void aRingIsClosedInWhateverTimeItIsGiven() {
        for (Duration timeout : List.of(Duration.ZERO, Duration.ofSeconds(Long.MAX_VALUE, 999_999_999))) {
            Uring uring = Uring.builder("brief").build();
            uring.disposeLater(timeout).block(Duration.ofSeconds(30));
            assertThat(uring.isDisposed()).isTrue();
        }
        Disposable uring = ring.get();
        assertThatThrownBy(() -> ring.get().disposeLater(Duration.ofNanos(-1)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("timeout");
        assertThatThrownBy(() -> ring.get().disposeLater(null)).hasMessage("timeout");
        assertThat(uring.isDisposed()).isFalse();
    }

    @Test
    void anAdviceIsNamedWhereItIsMissing() {
        UringFile open = ring.get().files().open(file).block();
        assertThatThrownBy(() -> open.advise(0, 1, (Advice) null)).hasMessage("advice");
        open.close().block();
    }

    /** Publishers, factories and readers against their specifications. */
    private static final class Violations {

        private static final Subscription IDLE = new Subscription() {
            @Override
            public void request(long n) {
                // Never gives anything.
            }

            @Override
            public void cancel() {
                // Nothing to stop.
            }
        };

        static Publisher<Object> onNextNull() {
            return subscriber -> {
                subscriber.onSubscribe(IDLE);
                subscriber.onNext(null);
            };
        }

        static Publisher<Object> twice() {
            return subscriber -> {
                subscriber.onSubscribe(IDLE);
                subscriber.onSubscribe(IDLE);
                subscriber.onComplete();
                subscriber.onComplete();
                subscriber.onError(new IllegalStateException("after the end"));
            };
        }

        static Publisher<Object> nothing() {
            return subscriber -> {
            };
        }

        static Publisher<Object> moreThanAsked(Object element) {
            return subscriber -> {
                subscriber.onSubscribe(IDLE);
                for (int i = 0; i < 100; i++) {
                    subscriber.onNext(element);
                }
                subscriber.onComplete();
            };
        }

        static BufferFactory<ByteBuffer> leasesNull() {
            return new BufferFactory<>() {
                @Override
                public Lease<ByteBuffer> lease(int capacityBytes) {
                    return null;
                }

                @Override
                public void release(ByteBuffer buffer) {
                    throw new IllegalStateException("nothing was made");
                }
            };
        }

        static BufferReader<ByteBuffer> lendsNull() {
            return new BufferReader<>() {
                @Override
                public Loan lend(ByteBuffer buffer) {
                    return null;
                }

                @Override
                public void release(ByteBuffer buffer) {
                    // Heap.
                }
            };
        }
    }
}
