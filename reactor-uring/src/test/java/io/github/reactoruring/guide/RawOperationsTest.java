package io.github.reactoruring.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.Completion;
import io.github.reactoruring.Uring;
import io.github.reactoruring.UringException;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.raw.Raw;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Runs what the guide's chapter on raw operations shows. */
@NeedsUring
class RawOperationsTest {

    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int SOCKADDR_UN_BYTES = 110;

    @RegisterExtension
    final TestUring testUring = TestUring.withDefaults();

    @TempDir
    private Path directory;

    @BeforeAll
    static void letTheJvmOpenTheSocketItKeeps() throws IOException {
        SocketChannel.open(StandardProtocolFamily.UNIX).close();
    }

    @Test
    void goesThroughTheRingAndBack() {
        Uring uring = testUring.get();

        // snippet: nop
        Mono<Void> roundTrip = uring.raw().nop();
        // end of snippet

        StepVerifier.create(roundTrip).verifyComplete();
    }

    @Test
    void makesADirectory() {
        Uring uring = testUring.get();
        Path newDirectory = directory.resolve("new");

        // snippet: mkdirat
        MemorySegment path = Arena.ofAuto().allocateFrom(newDirectory.toString());
        Operation mkdir = Operation.of(Opcode.MKDIRAT)
                .fd(-100) // AT_FDCWD
                .pointer(path)
                .length(0750);

        Mono<Completion> made = uring.raw().submit(mkdir);
        // end of snippet

        StepVerifier.create(made.map(Completion::result)).expectNext(0).verifyComplete();
        assertThat(newDirectory).isDirectory();
        StepVerifier.create(made).verifyErrorSatisfies(error -> assertThat(error)
                .isInstanceOfSatisfying(UringException.class, e -> {
                    assertThat(e.errnoName()).isEqualTo("EEXIST");
                    assertThat(e.operation()).isEqualTo("MKDIRAT");
                }));
    }

    @Test
    void saysWhenMemoryIsFreeAgain() {
        Uring uring = testUring.get();
        Path newDirectory = directory.resolve("new");

        // snippet: on-release
        Arena arena = Arena.ofShared();
        Operation mkdir = Operation.of(Opcode.MKDIRAT)
                .fd(-100)
                .pointer(arena.allocateFrom(newDirectory.toString()))
                .length(0750)
                .onRelease(arena::close);
        // end of snippet

        Disposable making = uring.raw().submit(mkdir).subscribe();
        making.dispose();
        Await.until("the memory free again", () -> !arena.scope().isAlive());
        testUring.awaitIdle();
    }

    @Test
    void acceptsManyTimesWithOneRequest() throws Exception {
        Uring uring = testUring.get();
        assumeTrue(uring.raw().supports(Opcode.BIND), "BIND and LISTEN came with Linux 6.11");
        Path socketFile = directory.resolve("socket");
        int listener = listen(uring.raw(), socketFile);
        List<Integer> accepted = new CopyOnWriteArrayList<>();

        // snippet: accept
        Flux<Integer> connections = uring.raw()
                .stream(Operation.of(Opcode.ACCEPT)
                        .fd(listener)
                        .ioprio(1)) // IORING_ACCEPT_MULTISHOT
                .map(Completion::result);

        Disposable accepting = connections.subscribe(accepted::add);
        // end of snippet
        for (int i = 1; i <= 3; i++) {
            int expected = i;
            connectAndLeave(socketFile);
            Await.until("connection " + i, () -> accepted.size() == expected);
        }
        accepting.dispose();

        testUring.awaitIdle();
        // The listener, and each connection, is ours to close.
        accepted.forEach(descriptor -> close(uring.raw(), descriptor));
        close(uring.raw(), listener);
        assertThat(accepted).hasSize(3);
        assertThat(uring.stats().cancelSqes()).isEqualTo(1);
    }

    @Test
    void knowsWhatTheKernelLacks() {
        Uring uring = testUring.get();

        // snippet: supports
        boolean multishotReads = uring.raw().supports(Opcode.READ_MULTISHOT);
        // end of snippet

        assertThat(uring.raw().supports(Opcode.NOP)).isTrue();
        assertThat(multishotReads).isEqualTo(uring.raw().supports(Opcode.WAITID));
    }

    private static int listen(Raw raw, Path socketFile) {
        MemorySegment address = Arena.ofAuto().allocate(SOCKADDR_UN_BYTES);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
        address.setString(2, socketFile.toString());
        int listener = result(raw, Operation.of(Opcode.SOCKET).fd(AF_UNIX).offset(SOCK_STREAM));
        result(raw, Operation.of(Opcode.BIND).fd(listener).pointer(address).offset(SOCKADDR_UN_BYTES));
        result(raw, Operation.of(Opcode.LISTEN).fd(listener).length(16));
        return listener;
    }

    private static void close(Raw raw, int descriptor) {
        result(raw, Operation.of(Opcode.CLOSE).fd(descriptor));
    }

    private static int result(Raw raw, Operation operation) {
        return raw.submit(operation).map(Completion::result).block();
    }

    private static void connectAndLeave(Path socketFile) throws Exception {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socketFile));
        }
    }
}
