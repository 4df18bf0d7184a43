package io.github.reactoruring.testing.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.reactoruring.Uring;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;

/**
 * TCP sockets on the loopback whose numbers are known, made by a ring of their own; their peers are the JDK's.
 *
 * <p>The ring that makes them sees the kernel as it is, so that tests of older kernels have sockets too.
 */
public final class TcpSockets implements AutoCloseable {

    private static final int AF_INET = 2;
    private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;
    private static final int SOCKADDR_IN_BYTES = 16;
    private static final int BACKLOG = 64;

    static {
        // The JDK opens a socket of its own at the first close of one that lingers, and keeps it.
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort());
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final Uring maker = KernelUnderTest.buildUnmasked(Uring.builder("sockets"));
    private final List<Integer> descriptors = new ArrayList<>();
    private final List<AutoCloseable> peers = new ArrayList<>();
    private final Map<Integer, Integer> ports = new HashMap<>();

    /** A connected socket and its peer. */
    public record Pair(int descriptor, Socket peer) {

        /** Sends to the descriptor. */
        public void send(int... bytes) {
            byte[] data = new byte[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                data[i] = (byte) bytes[i];
            }
            try {
                peer.getOutputStream().write(data);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Makes a socket that is not connected. */
    public int socket() {
        int descriptor = maker.raw().submit(Operation.of(Opcode.SOCKET).fd(AF_INET).offset(SOCK_STREAM_CLOEXEC)).block()
                .result();
        descriptors.add(descriptor);
        return descriptor;
    }

    /** Makes a connected one. */
    public Pair connected() {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int descriptor = socket();
            maker.raw().submit(connect(descriptor, server.getLocalPort())).block();
            Socket peer = server.accept();
            peer.setTcpNoDelay(true);
            peers.add(peer);
            return new Pair(descriptor, peer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a listening one on a free port of the loopback; {@link #portOf} tells which. */
    public int listening() {
        for (int attempt = 0; attempt < 20; attempt++) {
            int descriptor = socket();
            int port = freePort();
            int bound = maker.raw().submit(Operation.of(Opcode.BIND).fd(descriptor).pointer(loopback(port))
                    .offset(SOCKADDR_IN_BYTES)).map(done -> 0).onErrorReturn(-1).block();
            if (bound == 0) {
                maker.raw().submit(Operation.of(Opcode.LISTEN).fd(descriptor).length(BACKLOG)).block();
                ports.put(descriptor, port);
                return descriptor;
            }
        }
        throw new IllegalStateException("No free port");
    }

    /** Returns the port of a listening socket. */
    public int portOf(int listening) {
        return ports.get(listening);
    }

    /** Connects the JDK's socket to a listening one; closing it leaves nothing behind. */
    public Socket connectTo(int listening) {
        try {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), portOf(listening));
            socket.setSoLinger(true, 0);
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Describes a CONNECT to a port of the loopback. */
    public static Operation connect(int descriptor, int port) {
        return Operation.of(Opcode.CONNECT).fd(descriptor).pointer(loopback(port)).offset(SOCKADDR_IN_BYTES);
    }

    /** struct sockaddr_in: family u16, port u16 in network order, address u32 in network order, padding. */
    private static MemorySegment loopback(int port) {
        MemorySegment address = Arena.ofAuto().allocate(SOCKADDR_IN_BYTES, Integer.BYTES);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_INET);
        address.set(ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), 2, (short) port);
        address.set(ValueLayout.JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN), 4, 0x7f000001);
        return address;
    }

    private static int freePort() {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            for (AutoCloseable peer : peers) {
                peer.close();
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        descriptors.forEach(descriptor -> maker.raw().submit(Operation.of(Opcode.CLOSE).fd(descriptor)).block());
        maker.disposeLater().block();
    }
}
