package io.github.reactoruring.cancellation;

import static io.github.reactoruring.internal.sys.Errno.EALREADY;
import static io.github.reactoruring.internal.sys.Errno.ECANCELED;
import static io.github.reactoruring.internal.sys.Errno.EINTR;
import static io.github.reactoruring.internal.sys.Errno.ENOENT;
import static io.github.reactoruring.internal.sys.Errno.ERESTARTSYS;
import static io.github.reactoruring.testing.kernel.RawOperations.IOSQE_ASYNC;
import static io.github.reactoruring.testing.kernel.RawOperations.POLLIN;
import static io.github.reactoruring.testing.kernel.RawOperations.poll;
import static io.github.reactoruring.testing.kernel.RawOperations.read;
import static io.github.reactoruring.testing.kernel.RawOperations.splice;
import static io.github.reactoruring.testing.kernel.RawOperations.timeout;
import static io.github.reactoruring.testing.kernel.RawOperations.write;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.reactoruring.Completion;
import io.github.reactoruring.UringCancelledException;
import io.github.reactoruring.UringException;
import io.github.reactoruring.raw.Cancel;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.DirectFifo;
import io.github.reactoruring.testing.kernel.Fifo;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.kernel.RawPipe;
import io.github.reactoruring.testing.kernel.TcpSockets;
import reactor.core.publisher.Mono;

/** Cancels and disposes of operations of every kind while they wait: the facts of the guide's table of operations. */
@NeedsUring
class CancelledOperationsTest {

    private static final int MSG_WAITALL = 0x100;
    private static final int O_WRONLY_O_CREAT = 1 | 64;
    private static final int P_PID = 1;
    private static final int WEXITED_WNOWAIT = 4 | 0x1000000;
    private static final int FUTEX2_U32_PRIVATE = 2 | 128;
    private static final Duration HOUR = Duration.ofHours(1);

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    private final TcpSockets sockets = new TcpSockets();
    private final List<AutoCloseable> resources = new ArrayList<>();
    private RawPipe empty;
    private RawPipe full;
    private Path fifo;

    interface Source {

        Operation operation(CancelledOperationsTest test) throws Exception;
    }

    /**
     * An operation that waits.
     *
     * @param answers what a cancel by user_data may be told
     * @param errnos what it may end with
     */
    record Case(Opcode opcode, String how, Source source, Set<Integer> answers, Set<Integer> errnos) {

        @Override
        public String toString() {
            return opcode + " " + how;
        }
    }

    private static Case polled(Opcode opcode, String how, Source source) {
        return new Case(opcode, how, source, Set.of(0), Set.of(ECANCELED));
    }

    private static Case inAWorker(Opcode opcode, String how, Source source) {
        return new Case(opcode, how, source, Set.of(0, -EALREADY, -ENOENT), Set.of(ECANCELED, EINTR, ERESTARTSYS));
    }

    static Stream<Case> cases() {
        return Stream.of(
                polled(Opcode.READ, "of an empty pipe", test -> read(test.empty.source(), 1)),
                polled(Opcode.READV, "of an empty pipe",
                        test -> Operation.of(Opcode.READV).fd(test.empty.source()).offset(-1)
                                .pointer(iovec(8)).length(1)),
                polled(Opcode.WRITE, "to a full pipe", test -> write(test.full.sink(), 1)),
                polled(Opcode.POLL_ADD, "of an empty pipe", test -> poll(test.empty.source(), POLLIN)),
                polled(Opcode.TIMEOUT, "", test -> timeout(HOUR)),
                polled(Opcode.ACCEPT, "", test -> Operation.of(Opcode.ACCEPT).fd(test.sockets.listening())),
                polled(Opcode.CONNECT, "to one whose queue is full", CancelledOperationsTest::connectToFull),
                polled(Opcode.RECV, "", test -> Operation.of(Opcode.RECV).fd(test.sockets.connected().descriptor())
                        .buffer(Arena.ofAuto().allocate(8))),
                polled(Opcode.SEND, "to a full socket", CancelledOperationsTest::sendToFull),
                new Case(Opcode.FUTEX_WAIT, "", test -> Operation.of(Opcode.FUTEX_WAIT).fd(FUTEX2_U32_PRIVATE)
                        .pointer(Arena.ofAuto().allocate(4, 4)).offset(0).address3(0xffffffffL), Set.of(0, 1),
                        Set.of(ECANCELED)),
                new Case(Opcode.WAITID, "of a child", CancelledOperationsTest::waitForChild, Set.of(0, 1),
                        Set.of(ECANCELED)),
                inAWorker(Opcode.READ, "of an empty pipe, IOSQE_ASYNC",
                        test -> read(test.empty.source(), 1).flags(IOSQE_ASYNC)),
                inAWorker(Opcode.SPLICE, "of an empty pipe", test -> splice(test.empty.source(), test.full.sink(), 1)),
                inAWorker(Opcode.TEE, "of an empty pipe",
                        test -> Operation.of(Opcode.TEE).fd(test.full.sink()).fileIndex(test.empty.source())
                                .length(1)),
                inAWorker(Opcode.OPENAT, "of a FIFO without a reader",
                        test -> DirectFifo.openat(test.fifo, O_WRONLY_O_CREAT, 0)));
    }

    @BeforeEach
    void makePipes(@TempDir Path directory) throws Exception {
        empty = new RawPipe();
        full = new RawPipe();
        full.write(new int[65_536]);
        fifo = Fifo.make(directory.resolve("fifo"));
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable resource : resources) {
            resource.close();
        }
        sockets.close();
        empty.close();
        full.close();
    }

    private Probe<Completion> submit(Operation operation) {
        Probe<Completion> probe = Probe.idle();
        ring.get().raw().submit(operation).subscribe(probe);
        return probe.request(1);
    }

    /** Returns what the kernel said: zero or more, or a negated errno. */
    private int cancel(long userData) {
        return ring.get().raw().cancel(Cancel.userData(userData))
                .onErrorResume(UringException.class, error -> Mono.just(-error.errno())).block();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void endsByAnExplicitCancelAndTellsItsSource(Case each) throws Exception {
        KernelUnderTest.assume(each.opcode);
        Probe<Completion> probe = submit(each.source.operation(this).userData(7));
        ring.awaitInFlight(1);

        assertThat(cancel(7)).isIn(each.answers);
        Await.until("the end", () -> {
            // What is on its way to a worker is not found.
            assertThat(cancel(7)).isIn(-ENOENT, -EALREADY, 0);
            return probe.isTerminated();
        });

        assertThat(probe.awaitError(UringCancelledException.class).errno()).isIn(each.errnos);
        probe.assertRules();
        ring.awaitIdle();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isGoneSilentlyWhenDisposedOf(Case each) throws Exception {
        KernelUnderTest.assume(each.opcode);
        Probe<Completion> probe = submit(each.source.operation(this));
        ring.awaitInFlight(1);

        probe.dispose();
        ring.awaitIdle();

        probe.assertSilent();
        assertThat(ring.get().stats().cancelled()).isEqualTo(1);
    }

    @Test
    void aReceiveForAllBytesTellsThoseItHasGot() {
        KernelUnderTest.assume(Opcode.SOCKET);
        TcpSockets.Pair pair = sockets.connected();
        Probe<Completion> probe = submit(Operation.of(Opcode.RECV).fd(pair.descriptor())
                .buffer(Arena.ofAuto().allocate(8)).operationFlags(MSG_WAITALL).userData(7));
        ring.awaitInFlight(1);
        pair.send(1, 2, 3);
        // Once the kernel has taken them, there is nothing for another receive.
        Await.until("three bytes taken", () -> ring.get().raw().submit(Operation.of(Opcode.RECV).fd(pair.descriptor())
                .buffer(Arena.ofAuto().allocate(8)).operationFlags(0x40 | 2)).map(peeked -> false)
                .onErrorReturn(true).block());

        assertThat(cancel(7)).isZero();
        assertThat(probe.awaitValues(1).values().getFirst().result()).isEqualTo(3);
    }

    @Test
    void anAcceptedSocketThatNobodyGetsIsClosed() throws Exception {
        KernelUnderTest.assume(Opcode.LISTEN);
        int listening = sockets.listening();
        for (int i = 0; i < 20; i++) {
            Probe<Completion> probe = Probe.idle();
            Socket client = sockets.connectTo(listening);
            ring.get().raw().submit(Operation.of(Opcode.ACCEPT).fd(listening).onStaged(userData -> probe.dispose()))
                    .subscribe(probe);
            probe.request(1);
            // Its number was closed: the connection ends.
            assertThat(readOrReset(client)).isEqualTo(-1);
            client.close();
            probe.assertSilent();
        }
    }

    @Test
    void aMultishotAcceptStopsAndClosesWhatNobodyGets() throws Exception {
        KernelUnderTest.assume(Opcode.LISTEN);
        int listening = sockets.listening();
        Probe<Completion> accepted = Probe.idle();
        ring.get().raw().stream(Operation.of(Opcode.ACCEPT).fd(listening).ioprio(1)).subscribe(accepted);
        accepted.request(1);
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            clients.add(sockets.connectTo(listening));
        }
        accepted.awaitValues(1);
        ring.get().raw().submit(Operation.of(Opcode.CLOSE).fd(accepted.values().getFirst().result())).block();
        accepted.dispose();
        ring.awaitIdle();

        // Nine were accepted, or wait in the listener's queue, for nobody: those are taken and closed here.
        Probe<Completion> rest = Probe.idle();
        ring.get().raw().stream(Operation.of(Opcode.ACCEPT).fd(listening).ioprio(1)).subscribe(rest);
        rest.request(0x7fffffff);
        Socket last = sockets.connectTo(listening);
        Await.until("the last accepted", () -> !rest.values().isEmpty());
        rest.values().forEach(each -> ring.get().raw().submit(Operation.of(Opcode.CLOSE).fd(each.result())).block());
        rest.dispose();
        ring.awaitIdle();
        last.close();
        for (Socket client : clients) {
            client.close();
        }
    }

    private static int readOrReset(Socket socket) {
        try {
            return socket.getInputStream().read();
        } catch (IOException e) {
            return -1;
        }
    }

    // ---- Operations that take some making

    private static MemorySegment iovec(int bytes) {
        Arena arena = Arena.ofAuto();
        MemorySegment vector = arena.allocate(16 + bytes, 8);
        vector.set(ValueLayout.JAVA_LONG, 0, vector.address() + 16);
        vector.set(ValueLayout.JAVA_LONG, 8, bytes);
        return vector;
    }

    private Operation connectToFull() throws IOException {
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        resources.add(server);
        // Two fit a queue of one; for the next there is no answer.
        for (int i = 0; i < 2; i++) {
            resources.add(new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort()));
        }
        return TcpSockets.connect(sockets.socket(), server.getLocalPort());
    }

    private Operation sendToFull() {
        int descriptor = sockets.connected().descriptor();
        Operation send = Operation.of(Opcode.SEND).fd(descriptor).buffer(Arena.ofAuto().allocate(1 << 20));
        int dontWait = 0x40;
        while (ring.get().raw().submit(send.operationFlags(dontWait)).map(sent -> true).onErrorReturn(false).block()) {
            // Until nothing more fits.
        }
        return send;
    }

    private Operation waitForChild() throws IOException {
        Process child = new ProcessBuilder("sleep", "1000").start();
        resources.add(() -> child.destroyForcibly().waitFor());
        return Operation.of(Opcode.WAITID).fd((int) child.pid()).length(P_PID).fileIndex(WEXITED_WNOWAIT)
                .offset(Arena.ofAuto().allocate(128, 8).address());
    }
}
