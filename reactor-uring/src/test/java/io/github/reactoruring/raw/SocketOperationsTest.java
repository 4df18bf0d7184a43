package io.github.reactoruring.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.github.reactoruring.Completion;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.Descriptors;
import reactor.core.Scannable.Attr;

/** Drives sockets by raw operations. */
@NeedsUring
class SocketOperationsTest {

    private static final int AF_UNIX = 1;
    private static final int AF_INET = 2;
    private static final int SOCK_STREAM = 1;
    private static final int ACCEPT_MULTISHOT = 1;
    private static final AtomicInteger NAMES = new AtomicInteger();

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    private final Arena arena = Arena.ofAuto();

    /** The JDK opens a socket of its own, for good, with the first. */
    @BeforeAll
    static void letTheJdkOpenItsOwn() throws IOException {
        ServerSocketChannel.open().close();
    }

    private int submit(Operation operation) {
        return ring.get().raw().submit(operation).block().result();
    }

    private int socket(int family) {
        KernelUnderTest.assume(Opcode.SOCKET);
        return submit(Operation.of(Opcode.SOCKET).fd(family).offset(SOCK_STREAM));
    }

    private void close(int fd) {
        assertThat(submit(Operation.of(Opcode.CLOSE).fd(fd))).isZero();
    }

    /** struct sockaddr_un, of an abstract name. */
    private MemorySegment unixAddress() {
        byte[] name = ("\0reactor-uring-" + ProcessHandle.current().pid() + "-" + NAMES.incrementAndGet())
                .getBytes(StandardCharsets.US_ASCII);
        MemorySegment address = arena.allocate(2 + name.length, 8);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(name, 0, address, ValueLayout.JAVA_BYTE, 2, name.length);
        return address;
    }

    /** struct sockaddr_in. */
    private MemorySegment inetAddress(InetSocketAddress inet) {
        MemorySegment address = arena.allocate(16, 8);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_INET);
        address.set(ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), 2, (short) inet.getPort());
        MemorySegment.copy(inet.getAddress().getAddress(), 0, address, ValueLayout.JAVA_BYTE, 4, 4);
        return address;
    }

    private static Operation addressed(Opcode opcode, int fd, MemorySegment address) {
        return Operation.of(opcode).fd(fd).pointer(address).offset(address.byteSize());
    }

    private int listen(MemorySegment address) {
        assumeTrue(ring.get().raw().supports(Opcode.LISTEN), "BIND and LISTEN came with Linux 6.11");
        int server = socket(AF_UNIX);
        submit(addressed(Opcode.BIND, server, address));
        submit(Operation.of(Opcode.LISTEN).fd(server).length(128));
        return server;
    }

    private int connect(MemorySegment address) {
        int client = socket(AF_UNIX);
        submit(addressed(Opcode.CONNECT, client, address));
        return client;
    }

    private Probe<Completion> accept(int server, Probe<Completion> probe) {
        ring.get().raw().stream(Operation.of(Opcode.ACCEPT).fd(server).ioprio(ACCEPT_MULTISHOT)).subscribe(probe);
        return probe;
    }

    @Test
    void acceptsConnectionsWithOneRequest() {
        MemorySegment address = unixAddress();
        int server = listen(address);
        ring.awaitIdle();
        long submitted = ring.get().stats().submitted();
        Probe<Completion> accepted = accept(server, Probe.idle()).request(Long.MAX_VALUE);
        ring.awaitInFlight(1);

        List<Integer> clients = new CopyOnWriteArrayList<>();
        for (int i = 1; i <= 3; i++) {
            clients.add(connect(address));
            accepted.awaitValues(i);
        }

        assertThat(accepted.values()).allMatch(Completion::more).extracting(Completion::result)
                .doesNotHaveDuplicates();
        assertThat(ring.get().stats().submitted() - submitted).as("ACCEPT, 3 × SOCKET and CONNECT").isEqualTo(7);
        accepted.dispose();
        accepted.values().forEach(connection -> close(connection.result()));
        clients.forEach(this::close);
        close(server);
    }

    @Test
    void closesTheConnectionsNobodyTook() {
        MemorySegment address = unixAddress();
        Map<String, Integer> before = Descriptors.open();
        int server = listen(address);
        ring.awaitIdle();
        List<Object> discarded = new CopyOnWriteArrayList<>();
        Probe<Completion> accepted = accept(server, Probe.discarding(discarded::add)).request(1);
        ring.awaitInFlight(1);
        List<Integer> clients = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 5; i++) {
            clients.add(connect(address));
        }
        Await.until("four connections nobody asked for",
                () -> accepted.scan().scanOrDefault(Attr.BUFFERED, 0) == 4);

        accepted.dispose();
        ring.awaitIdle();

        assertThat(accepted.assertRules().values()).hasSize(1);
        assertThat(discarded).as("to be closed once more by the hook").isEmpty();
        close(accepted.values().getFirst().result());
        clients.forEach(this::close);
        close(server);
        Descriptors.awaitNoMoreThan(before);
    }

    @Test
    void sendsAndReceives() throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
            int client = socket(AF_INET);
            submit(addressed(Opcode.CONNECT, client, inetAddress((InetSocketAddress) server.getLocalAddress())));
            try (SocketChannel peer = server.accept()) {
                MemorySegment request = arena.allocateFrom("ping");
                assertThat(submit(Operation.of(Opcode.SEND).fd(client).buffer(request))).isEqualTo(5);
                ByteBuffer received = ByteBuffer.allocate(16);
                peer.read(received);
                peer.write(received.flip());

                MemorySegment answer = arena.allocate(16);
                assertThat(submit(Operation.of(Opcode.RECV).fd(client).buffer(answer))).isEqualTo(5);
                assertThat(answer.getString(0)).isEqualTo("ping");
            }
            close(client);
        }
    }

    @Test
    void aZeroCopySendCompletesOnceItsMemoryIsFree() throws IOException {
        assumeTrue(ring.get().raw().supports(Opcode.SEND_ZC), "SEND_ZC came with Linux 6.0");
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
            int client = socket(AF_INET);
            submit(addressed(Opcode.CONNECT, client, inetAddress((InetSocketAddress) server.getLocalAddress())));
            try (SocketChannel peer = server.accept()) {
                AtomicInteger released = new AtomicInteger();
                MemorySegment data = arena.allocate(100_000).fill((byte) 3);
                Operation send = Operation.of(Opcode.SEND_ZC).fd(client).buffer(data)
                        .onRelease(released::incrementAndGet);

                Probe<Completion> probe = Probe.doing(sent -> assertThat(released).hasValue(0));
                ring.get().raw().submit(send).subscribe(probe);
                probe.request(1);
                ByteBuffer received = ByteBuffer.allocate(200_000);
                Await.until("its end", () -> {
                    read(peer, received);
                    return probe.isTerminated();
                });
                ring.awaitIdle();

                assertThat(probe.assertRules().error()).isNull();
                assertThat(probe.values()).singleElement().satisfies(sent -> {
                    assertThat(sent.result()).isBetween(1, 100_000);
                    assertThat(sent.notification()).as("the send's own completion, not the notification").isFalse();
                });
                assertThat(released).hasValue(1);
            }
            close(client);
        }
    }

    private static void read(SocketChannel peer, ByteBuffer into) {
        try {
            peer.configureBlocking(false);
            peer.read(into);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aConnectionThatIsRefusedSaysSo() throws IOException {
        InetSocketAddress closed;
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
            closed = (InetSocketAddress) server.getLocalAddress();
        }
        int client = socket(AF_INET);
        Probe<Completion> probe = Probe.idle();
        ring.get().raw().submit(addressed(Opcode.CONNECT, client, inetAddress(closed))).subscribe(probe);

        assertThat(probe.request(1).awaitEnd().error())
                .hasMessage("CONNECT failed with ECONNREFUSED: connection refused");
        close(client);
    }
}
