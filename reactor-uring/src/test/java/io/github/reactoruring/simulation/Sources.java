package io.github.reactoruring.simulation;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import org.reactivestreams.Publisher;

import io.github.reactoruring.Completion;
import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.internal.facet.RingFiles;
import io.github.reactoruring.internal.facet.RingRaw;
import io.github.reactoruring.internal.facet.RingTimers;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.scripted.CheckedBuffers;
import io.github.reactoruring.internal.ring.scripted.KernelFile;
import io.github.reactoruring.internal.ring.scripted.ScriptedRing;
import io.github.reactoruring.internal.source.MultishotFlux;
import io.github.reactoruring.internal.source.OneShotMono;
import io.github.reactoruring.internal.source.read.ReadOnce;
import io.github.reactoruring.internal.source.read.StreamRead;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.raw.Chain;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.FileWrites;

/** Makes the sources a program subscribes to, and keeps what they use. */
final class Sources {

    private static final int CHUNK_BYTES = 32;
    private static final int FOREIGN_DESCRIPTORS = 3;
    static final int FILES = 4;
    private static final int POLLIN = 1;
    /** Of the callbacks of operations, which throw. */
    private static final int THROWS_EACH = 7;

    /** Lists the kinds of sources. */
    enum Kind {
        NOP, POLL, POLL_AGAIN, TIMER, INTERVAL, RECEIVE, RECEIVE_BY_WORKER, SEND_ZERO_COPY, ACCEPT, ACCEPT_AGAIN, CHAIN,
        FILE, OPEN, FILE_READ, FILE_READ_2, FILE_READ_BY_WORKER, FILE_READ_WITH_DEADLINE, FILE_WRITE, STREAM
    }

    /** Says whether a source of this kind works on {@link #file} of its number, whose closing ends it. */
    static boolean isOnFile(Kind kind) {
        return switch (kind) {
            case FILE_READ, FILE_READ_2, FILE_READ_BY_WORKER, FILE_READ_WITH_DEADLINE, FILE_WRITE, STREAM -> true;
            default -> false;
        };
    }

    static boolean opensPath(Kind kind) {
        return kind == Kind.FILE || kind == Kind.OPEN;
    }

    /** Memory that an operation was given, to be given back once. */
    static final class Loan {

        final SimulatedSubscriber<?> borrower;
        private final MemorySegment memory;
        private int returned;

        Loan(SimulatedSubscriber<?> borrower, MemorySegment memory) {
            this.borrower = borrower;
            this.memory = memory;
        }

        int returned() {
            return returned;
        }
    }

    private final EventLoop loop;
    private final ScriptedRing ring;
    private final CheckedBuffers buffers;
    private final RingRaw raw;
    private final RingTimers timers;
    private final RingFiles files;
    private final Path path;
    private final byte[] content;
    private final List<Integer> descriptors = new ArrayList<>();
    private final List<OpenFile> openFiles = new ArrayList<>();
    private final List<Loan> loans = new ArrayList<>();
    private final List<Integer> accepted = new ArrayList<>();

    Sources(EventLoop loop, ScriptedRing ring, Path path, byte[] content) {
        this.loop = loop;
        this.ring = ring;
        this.path = path;
        this.content = content;
        buffers = new CheckedBuffers(ring);
        raw = new RingRaw(loop);
        timers = new RingTimers(loop);
        files = new RingFiles(() -> loop, () -> List.of(loop));
        for (int i = 0; i < FOREIGN_DESCRIPTORS; i++) {
            descriptors.add(ring.files().create("foreign " + i, KernelFile.Kind.STREAM));
        }
        for (int i = 0; i < FILES; i++) {
            openFiles.add(openFile(i));
        }
    }

    /** Streams, one of them a direct descriptor, and a regular file. */
    private OpenFile openFile(int index) {
        String name = "file " + index;
        if (index == 0) {
            int regular = ring.files().create(name, KernelFile.Kind.REGULAR);
            ring.files().file(regular).content(content);
            return new OpenFile(loop, regular, false, name);
        }
        int stream = ring.files().create(name, KernelFile.Kind.STREAM);
        if (index == 1) {
            return new OpenFile(loop, ring.files().moveToSlot(stream), true, name);
        }
        return new OpenFile(loop, stream, false, name);
    }

    CheckedBuffers buffers() {
        return buffers;
    }

    RingRaw raw() {
        return raw;
    }

    List<Loan> loans() {
        return loans;
    }

    /** Returns the descriptors that subscribers own now. */
    List<Integer> accepted() {
        return accepted;
    }

    int foreignDescriptor(int number) {
        return descriptors.get(number % descriptors.size());
    }

    OpenFile file(int number) {
        return openFiles.get(number % FILES);
    }

    List<Integer> foreignDescriptors() {
        return descriptors;
    }

    /** Subscribes to a source of this kind, and checks what it emits. */
    SimulatedSubscriber<?> subscribe(Kind kind, int number, List<String> faults, BooleanSupplier mayBeCancelled) {
        String name = kind + " #" + number;
        return switch (kind) {
            case FILE -> {
                FileCheck check = new FileCheck();
                SimulatedSubscriber<CheckedBuffers.Buffer> subscriber = new SimulatedSubscriber<>(name, faults,
                        mayBeCancelled, buffer -> check.take(buffer.bytes(), name, faults));
                subscribe(files.read(path, ReadOptions.defaults().withChunkBytes(CHUNK_BYTES + number % 9)
                        .withReadAheadBytes((1 + number % 5) * CHUNK_BYTES), buffers), subscriber);
                yield subscriber;
            }
            case ACCEPT, ACCEPT_AGAIN -> completions(kind, name, number, faults, mayBeCancelled,
                    completion -> accepted.add(completion.result()));
            case CHAIN -> chain(name, number, faults, mayBeCancelled);
            case RECEIVE, RECEIVE_BY_WORKER, SEND_ZERO_COPY -> completions(kind, name, number, faults,
                    mayBeCancelled, completion -> {
                    });
            default -> subscribed(publisher(kind, number), name, faults, mayBeCancelled);
        };
    }

    private SimulatedSubscriber<List<Completion>> chain(String name, int number, List<String> faults,
            BooleanSupplier mayBeCancelled) {
        SimulatedSubscriber<List<Completion>> subscriber = new SimulatedSubscriber<>(name, faults, mayBeCancelled,
                completions -> {
                    if (wasCancelled(completions) && !mayBeCancelled.getAsBoolean()) {
                        faults.add(name + ": was cancelled, though nobody disposed of it");
                    }
                });
        Operation poll = Operation.of(Opcode.POLL_ADD).fd(foreignDescriptor(number)).operationFlags(POLLIN);
        subscribe(raw.submit(Chain.of(Operation.of(Opcode.NOP)).then(poll).then(Operation.of(Opcode.NOP))),
                subscriber);
        return subscriber;
    }

    /** Says whether a link was cancelled that is not behind the end of a submission: those never start. */
    private boolean wasCancelled(List<Completion> completions) {
        for (int i = 0; i < completions.size(); i++) {
            if (completions.get(i).result() == -Errno.ECANCELED) {
                return i == 0 || !ring.kernel().wasCutBehind(completions.get(i - 1).userData());
            }
        }
        return false;
    }

    private <T> SimulatedSubscriber<T> subscribed(Publisher<T> publisher, String name, List<String> faults,
            BooleanSupplier mayBeCancelled) {
        SimulatedSubscriber<T> subscriber = new SimulatedSubscriber<>(name, faults, mayBeCancelled, value -> {
        });
        subscribe(publisher, subscriber);
        return subscriber;
    }

    private static <T> void subscribe(Publisher<T> publisher, SimulatedSubscriber<T> subscriber) {
        publisher.subscribe(subscriber);
    }

    private SimulatedSubscriber<Completion> completions(Kind kind, String name, int number, List<String> faults,
            BooleanSupplier mayBeCancelled, Consumer<Completion> onEach) {
        SimulatedSubscriber<Completion> subscriber = new SimulatedSubscriber<>(name, faults, mayBeCancelled, onEach);
        int descriptor = foreignDescriptor(number);
        switch (kind) {
            case ACCEPT -> subscribe(raw.submit(Operation.of(Opcode.ACCEPT).fd(descriptor)), subscriber);
            case ACCEPT_AGAIN -> subscribe(raw.stream(Operation.of(Opcode.ACCEPT).fd(descriptor)
                    .ioprio(IoUringAbi.IORING_ACCEPT_MULTISHOT)), subscriber);
            case RECEIVE -> subscribe(raw.submit(lent(Opcode.RECV, descriptor, subscriber)), subscriber);
            case RECEIVE_BY_WORKER -> subscribe(
                    raw.submit(lent(Opcode.RECV, descriptor, subscriber).flags(IoUringAbi.IOSQE_ASYNC)), subscriber);
            default -> subscribe(raw.submit(lent(Opcode.SEND_ZC, descriptor, subscriber)), subscriber);
        }
        return subscriber;
    }

    private Operation lent(Opcode opcode, int descriptor, SimulatedSubscriber<?> borrower) {
        Loan loan = new Loan(borrower, ring.memory().allocate(CHUNK_BYTES));
        loans.add(loan);
        return Operation.of(opcode).fd(descriptor).buffer(loan.memory).onRelease(() -> {
            loan.returned++;
            ring.memory().free(loan.memory);
            if (loans.size() % THROWS_EACH == 0) {
                throw new Thrown();
            }
        });
    }

    private Publisher<?> publisher(Kind kind, int number) {
        int descriptor = foreignDescriptor(number);
        OpenFile file = file(number);
        return switch (kind) {
            case NOP -> raw.nop();
            case POLL -> raw.poll(descriptor, POLLIN);
            case POLL_AGAIN -> raw.pollMultishot(descriptor, POLLIN);
            case TIMER -> timers.after(Duration.ofMillis(number % 20));
            case INTERVAL -> timers.interval(Duration.ofMillis(1 + number % 20));
            case OPEN -> files.open(path);
            case FILE_READ, FILE_READ_2 -> OneShotMono.<CheckedBuffers.Buffer>create(loop,
                    (on, actual) -> new ReadOnce<>(file, false, actual, number % 7, CHUNK_BYTES, buffers));
            case FILE_READ_BY_WORKER -> OneShotMono.<CheckedBuffers.Buffer>create(loop,
                    (on, actual) -> new ReadOnce<>(file, true, actual, 0, CHUNK_BYTES, buffers));
            case FILE_READ_WITH_DEADLINE -> OneShotMono.<CheckedBuffers.Buffer>create(loop,
                    (on, actual) -> new ReadOnce<>(file, false, actual, 0, CHUNK_BYTES, buffers)
                            .withDeadline(Duration.ofMillis(1 + number % 20)));
            case FILE_WRITE -> OneShotMono.<Long>create(loop,
                    (on, actual) -> FileWrites.of(file, actual, 0, ByteBuffer.allocate(CHUNK_BYTES)));
            case STREAM -> MultishotFlux.create(loop, loop -> new StreamRead<>(file, buffers));
            default -> throw new IllegalStateException(kind.toString());
        };
    }

    /** Holds what a file source emits against the content. */
    private final class FileCheck {

        private int position;

        void take(byte[] bytes, String name, List<String> faults) {
            int end = position + bytes.length;
            if (bytes.length == 0 || end > content.length
                    || !Arrays.equals(content, position, end, bytes, 0, bytes.length)) {
                faults.add(name + ": wrong bytes at " + position);
            }
            position = end;
        }
    }
}
