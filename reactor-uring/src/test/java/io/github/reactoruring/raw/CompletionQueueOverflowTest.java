package io.github.reactoruring.raw;

import static io.github.reactoruring.testing.kernel.RawOperations.IORING_POLL_ADD_MULTI;
import static io.github.reactoruring.testing.kernel.RawOperations.IORING_TIMEOUT_MULTISHOT;
import static io.github.reactoruring.testing.kernel.RawOperations.POLLIN;
import static io.github.reactoruring.testing.kernel.RawOperations.poll;
import static io.github.reactoruring.testing.kernel.RawOperations.timeout;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.Completion;
import io.github.reactoruring.Uring;
import io.github.reactoruring.UringException;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.kernel.RawPipe;
import io.github.reactoruring.testing.kernel.TcpSockets;

/**
 * Fills completion queues of a few entries: the kernel ends a multishot request whose completion finds no room, and
 * nothing is wrong with it.
 */
@NeedsUring
class CompletionQueueOverflowTest {

    private static final int ACCEPT_MULTISHOT = 1;
    private static final int RECV_MULTISHOT = 2;
    private static final int BUFFER_SELECT = 32;
    private static final int MANY = 48;

    @RegisterExtension
    final TestUring helper = TestUring.withDefaults();

    private final TcpSockets sockets = new TcpSockets();
    private final Arena arena = Arena.ofAuto();
    private Uring tiny;

    private Uring open(int completionEntries) {
        tiny = Uring.builder("tiny").submissionEntries(2).completionEntries(completionEntries).build();
        return tiny;
    }

    @AfterEach
    void close() {
        if (tiny != null) {
            tiny.disposeLater().block(Duration.ofSeconds(30));
        }
        sockets.close();
    }

    private Probe<Completion> stream(Operation operation) {
        Probe<Completion> probe = Probe.idle();
        tiny.raw().stream(operation).subscribe(probe);
        return probe;
    }

    /** The connections are there before the ACCEPT is armed: the kernel answers it with all of them at once. */
    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8})
    void anAcceptGoesOnWhereTheQueueWasFull(int completionEntries) throws IOException {
        KernelUnderTest.assume(Opcode.LISTEN);
        open(completionEntries);
        int listening = sockets.listening();
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            clients.add(sockets.connectTo(listening));
        }

        Probe<Completion> accepted = stream(
                Operation.of(Opcode.ACCEPT).fd(listening).ioprio(ACCEPT_MULTISHOT)).request(Long.MAX_VALUE);
        accepted.awaitValues(MANY);
        assertThat(tiny.stats().submitted()).as("armed again").isGreaterThan(1);

        // And it still accepts.
        clients.add(sockets.connectTo(listening));
        accepted.awaitValues(MANY + 1);
        assertThat(accepted.isTerminated()).isFalse();
        accepted.dispose();
        assertThat(accepted.values()).extracting(Completion::result).doesNotHaveDuplicates();
        accepted.values().forEach(connection -> helper.get().raw()
                .submit(Operation.of(Opcode.CLOSE).fd(connection.result())).block());
        for (Socket client : clients) {
            client.close();
        }
    }

    /** What a subscriber does not take in time stays in the backlog, or is closed: none is lost. */
    @Test
    void whatAnAcceptBuffersIsClosedWhereTheQueueWasFull() throws IOException {
        KernelUnderTest.assume(Opcode.LISTEN);
        open(2);
        int listening = sockets.listening();
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            clients.add(sockets.connectTo(listening));
        }
        Probe<Completion> accepted = stream(
                Operation.of(Opcode.ACCEPT).fd(listening).ioprio(ACCEPT_MULTISHOT)).request(1);
        accepted.awaitValues(1).dispose();

        helper.get().raw().submit(Operation.of(Opcode.CLOSE).fd(accepted.values().getFirst().result())).block();
        for (Socket client : clients) {
            client.close();
        }
        // The rest is the helper's: no descriptor is left.
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 8})
    void aRecvGoesOnWhereTheQueueWasFullAndEndsWithTheConnection(int completionEntries) throws IOException {
        KernelUnderTest.assume(Opcode.SEND_ZC);
        open(completionEntries);
        TcpSockets.Pair pair = sockets.connected();
        int bytes = 40;
        pair.send(IntStream.range(0, bytes).toArray());
        // One byte each, in a group of the user's own: 0 is free for that.
        provide(0, bytes + 8, 1);

        List<Integer> received = new ArrayList<>();
        Probe<Completion> stream = stream(receive(pair.descriptor(), 0)).request(Long.MAX_VALUE);
        stream.awaitValues(bytes);
        pair.peer().close();

        assertThat(stream.awaitEnd().error()).isNull();
        stream.values().forEach(completion -> received.add(completion.result()));
        assertThat(received.stream().mapToInt(Integer::intValue).sum()).isEqualTo(bytes);
        assertThat(stream.values().getLast().result()).as("the end of the connection").isZero();
        assertThat(tiny.stats().submitted()).as("armed again").isGreaterThan(2);
    }

    private static Operation receive(int descriptor, int group) {
        return Operation.of(Opcode.RECV).fd(descriptor).flags(BUFFER_SELECT).ioprio(RECV_MULTISHOT)
                .bufferIndex(group);
    }

    private MemorySegment provide(int group, int buffers, int bytes) {
        MemorySegment memory = arena.allocate((long) buffers * bytes);
        tiny.raw().submit(Operation.of(Opcode.PROVIDE_BUFFERS).fd(buffers).pointer(memory).length(bytes)
                .bufferIndex(group)).block();
        return memory;
    }

    /** What is received comes behind a header and the room for a name; at the end of the connection these come alone. */
    @Test
    void aRecvmsgGoesOnWhereTheQueueWasFullAndEndsWithTheConnection() throws IOException {
        KernelUnderTest.assume(Opcode.SEND_ZC);
        open(2);
        TcpSockets.Pair pair = sockets.connected();
        int bytes = 20;
        pair.send(IntStream.range(0, bytes).toArray());
        int room = 16 + 28;
        provide(3, bytes + 8, room + 1);
        MemorySegment header = arena.allocate(56, 8);
        header.set(ValueLayout.JAVA_INT, 8, 28);

        Probe<Completion> stream = stream(Operation.of(Opcode.RECVMSG).fd(pair.descriptor()).flags(BUFFER_SELECT)
                .ioprio(RECV_MULTISHOT).bufferIndex(3).pointer(header)).request(Long.MAX_VALUE);
        stream.awaitValues(bytes);
        pair.peer().close();

        assertThat(stream.awaitEnd().error()).isNull();
        assertThat(stream.values()).hasSize(bytes + 1);
        assertThat(stream.values().getLast().result()).as("no more than header and name").isEqualTo(room);
    }

    /** RECV with a bound on all its bytes (optlen): where the kernel does not know that, it says EINVAL. */
    @Test
    void aRecvThatIsBoundedEndsWithItsLastByte() {
        KernelUnderTest.assume(Opcode.PIPE);
        open(2);
        TcpSockets.Pair pair = sockets.connected();
        pair.send(IntStream.range(0, 20).toArray());
        provide(4, 30, 1);

        Probe<Completion> stream = stream(receive(pair.descriptor(), 4).fileIndex(12)).request(Long.MAX_VALUE);
        stream.awaitEnd();

        Assumptions.assumeFalse(stream.error() instanceof UringException, "this kernel does not bound a RECV");
        assertThat(stream.values()).hasSize(12);
    }

    @Test
    void pollsAndOthersThatFloodEndNobody() {
        open(2);
        try (RawPipe pipe = new RawPipe()) {
            Probe<Completion> polled = stream(poll(pipe.source(), POLLIN).length(IORING_POLL_ADD_MULTI))
                    .request(Long.MAX_VALUE);
            Probe<Integer> facet = Probe.idle();
            tiny.raw().pollMultishot(pipe.source(), POLLIN).subscribe(facet);
            facet.request(Long.MAX_VALUE);
            for (int i = 0; i < 200; i++) {
                pipe.write(1);
                int seen = i;
                if (i % 10 == 0) {
                    Await.until("a wake-up of both", () -> polled.values().size() > seen / 10
                            && facet.values().size() > seen / 10);
                }
            }
            assertThat(polled.isTerminated()).isFalse();
            assertThat(facet.isTerminated()).isFalse();
            polled.dispose();
            facet.dispose();
            Await.until("an idle ring", () -> tiny.stats().inFlight() == 0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 20})
    void aTimerTicksAsOftenAsItIsToldAndCompletes(int ticks) {
        KernelUnderTest.assume(Opcode.READ_MULTISHOT);
        open(2);
        AtomicInteger released = new AtomicInteger();
        Probe<Completion> timer = stream(timeout(Duration.ofMillis(1)).operationFlags(IORING_TIMEOUT_MULTISHOT)
                .offset(ticks).onRelease(released::incrementAndGet)).request(Long.MAX_VALUE);

        assertThat(timer.awaitEnd().error()).isNull();
        assertThat(timer.values()).hasSize(ticks).extracting(Completion::result).containsOnly(-Errno.ETIME);
        Await.until("its release", () -> released.get() == 1);
    }

    @Test
    void aOneShotIsCompleteWhenItEnds() {
        open(2);
        Probe<Completion> nop = stream(Operation.of(Opcode.NOP)).request(Long.MAX_VALUE);

        assertThat(nop.awaitEnd().error()).isNull();
        assertThat(nop.values()).hasSize(1);
        assertThat(tiny.stats().submitted()).isEqualTo(1);
    }
}
