package io.github.reactoruring.soak;

import static io.github.reactoruring.testing.kernel.RawOperations.POLLIN;

import java.lang.foreign.Arena;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.reactoruring.Completion;
import io.github.reactoruring.UringCancelledException;
import io.github.reactoruring.UringException;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.raw.Cancel;
import io.github.reactoruring.raw.Chain;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.RawOperations;
import io.github.reactoruring.testing.kernel.RawPipe;
import reactor.core.publisher.Mono;

/** Submits operations, in chains, with deadlines and by many shots, and cancels them by every key. */
final class RawActs {

    private static final int ACCEPT_MULTISHOT = 1;
    private static final int ECANCELED = 125;
    private static final AtomicInteger USER_DATA = new AtomicInteger(1);

    private static final List<Act> ALL = List.of(new Act("poll", RawActs::poll),
            new Act("poll multishot", RawActs::pollMultishot), new Act("accept multishot", RawActs::accept),
            new Act("chain", RawActs::chain), new Act("deadline", RawActs::deadline),
            new Act("explicit cancel", RawActs::cancel), new Act("throwing callbacks", RawActs::throwing));

    private RawActs() {
    }

    static List<Act> all() {
        return ALL;
    }

    private static void poll(Scene scene) {
        try (RawPipe pipe = new RawPipe()) {
            Witness<Integer> witness = scene.subscribe(scene.uring.raw().poll(pipe.source(), POLLIN),
                    Conduct.leaving(scene.random, 10), events -> {
                    });
            if (scene.random.nextBoolean()) {
                pipe.write(1);
            }
            scene.tolerate(witness.awaitEnd());
            scene.tolerate(scene.draw(scene.uring.raw().poll(pipe.sink(), RawOperations.POLLOUT), events -> {
            }).awaitEnd());
            quiet(scene, pipe);
        }
    }

    private static void pollMultishot(Scene scene) {
        try (RawPipe pipe = new RawPipe()) {
            Witness<Integer> witness = scene.subscribe(scene.uring.raw().pollMultishot(pipe.source(), POLLIN),
                    Conduct.leaving(scene.random, 30), events -> {
                    });
            for (int i = scene.random.nextInt(20); i > 0 && !witness.isOver(); i--) {
                pipe.write(i);
            }
            scene.tolerate(witness.awaitEnd());
            scene.check(!witness.isCompleted(), "a multishot poll has completed: " + witness);
            quiet(scene, pipe);
        }
    }

    /** Whoever uses numbers of its own ends what is in flight on them before it closes them. */
    private static void quiet(Scene scene, RawPipe pipe) {
        pipe.write(1);
        scene.tolerate(scene.all(scene.uring.raw().nop(), nothing -> {
        }).awaitEnd());
    }

    private static void accept(Scene scene) throws Exception {
        if (scene.world.sockets == null || scene.closing) {
            return;
        }
        int listening;
        synchronized (scene.world.listening) {
            if (scene.world.listening.isEmpty()) {
                return;
            }
            listening = scene.world.listening.removeLast();
        }
        ConcurrentLinkedQueue<Integer> accepted = new ConcurrentLinkedQueue<>();
        List<Socket> peers = new ArrayList<>();
        try {
            Witness<Completion> witness = scene.subscribe(
                    scene.uring.raw().stream(Operation.of(Opcode.ACCEPT).fd(listening)
                            .ioprio(ACCEPT_MULTISHOT)),
                    Conduct.leaving(scene.random, 50),
                    completion -> accepted.add(completion.result()));
            for (int i = scene.random.nextInt(6); i > 0; i--) {
                peers.add(scene.world.sockets.connectTo(listening));
            }
            scene.tolerate(witness.awaitEnd());
            scene.check(!witness.isCompleted(), "accepting has completed: " + witness);
            for (Socket peer : peers) {
                peer.close();
            }
            // Until the cancel is done, whoever is accepted late is closed by the library.
            scene.tolerate(scene.all(scene.uring.raw().nop(), nothing -> {
            }).awaitEnd());
        } finally {
            for (Integer descriptor : accepted) {
                scene.one(scene.uring.raw().submit(Operation.of(Opcode.CLOSE).fd(descriptor)));
            }
            synchronized (scene.world.listening) {
                scene.world.listening.addFirst(listening);
            }
        }
    }

    private static void chain(Scene scene) {
        int length = 2 + scene.random.nextInt(5);
        int failing = scene.random.nextInt(2 * length);
        Chain chain = Chain.of(link(0, failing));
        for (int i = 1; i < length; i++) {
            chain = chain.then(link(i, failing));
        }
        List<Completion> all = new ArrayList<>();
        Witness<List<Completion>> witness = scene.<List<Completion>>draw(scene.uring.raw().submit(chain), all::addAll)
                .awaitEnd();
        scene.tolerate(witness);
        for (int i = 0; i < all.size() && !scene.closing; i++) {
            int result = all.get(i).result();
            boolean right = i < failing ? result == 0 : i == failing ? result < 0 : result == -ECANCELED;
            scene.check(right, "link " + i + " of a chain that fails at " + failing + " has " + result);
        }
    }

    /** Makes a NOP, or at {@code failing} a read of no file. */
    private static Operation link(int index, int failing) {
        return index == failing
                ? Operation.of(Opcode.READ).fd(-1).buffer(Arena.ofAuto().allocate(8))
                : Operation.of(Opcode.NOP);
    }

    private static void deadline(Scene scene) {
        try (RawPipe pipe = new RawPipe()) {
            Duration deadline = Duration.ofMillis(1 + scene.random.nextInt(20));
            Operation read = RawOperations.read(pipe.source(), 8);
            Operation waiting = (scene.random.nextBoolean() ? read : read.flags(RawOperations.IOSQE_ASYNC))
                    .withDeadline(deadline);
            boolean answered = scene.random.nextInt(3) == 0;
            Witness<Completion> witness = scene.draw(scene.uring.raw().submit(waiting), done -> {
            });
            if (answered) {
                pipe.write(1, 2, 3);
            }
            scene.tolerate(witness.awaitEnd(), TimeoutException.class);
            scene.check(answered || !witness.isCompleted(), "read from an empty pipe: " + witness);
            quiet(scene, pipe);
        }
    }

    private static void cancel(Scene scene) {
        try (RawPipe pipe = new RawPipe()) {
            long first = (long) USER_DATA.getAndAdd(8) << 8;
            List<Witness<Completion>> waiting = new ArrayList<>();
            int count = 1 + scene.random.nextInt(6);
            for (int i = 0; i < count; i++) {
                Operation operation = scene.random.nextBoolean()
                        ? RawOperations.poll(pipe.source(), POLLIN)
                        : RawOperations.read(pipe.source(), 1);
                waiting.add(scene.all(scene.uring.raw().submit(operation.userData(first + i)), done -> {
                }));
            }
            int form = scene.random.nextInt(scene.closing ? 7 : 5);
            boolean isTaken = KernelUnderTest.has(RingFeature.CANCEL_OP)
                    || KernelUnderTest.has(RingFeature.CANCEL_ALL_FD_ANY) && (form < 3 || form == 6);
            Cancel cancel = switch (isTaken ? form : 0) {
                case 0 -> Cancel.userData(first);
                case 1 -> Cancel.fd(pipe.source());
                case 2 -> Cancel.fd(pipe.source()).all();
                case 3 -> Cancel.fd(pipe.source()).andOpcode(Opcode.READ).all();
                case 4 -> Cancel.opcode(Opcode.POLL_ADD).andUserData(first);
                case 5 -> Cancel.opcode(Opcode.READ).all();
                default -> Cancel.any();
            };
            scene.tolerate(scene.all(scene.uring.raw().cancel(cancel), found -> {
            }).awaitEnd(), UringException.class);
            for (Witness<Completion> each : waiting) {
                if (scene.random.nextBoolean()) {
                    each.dispose();
                }
            }
            pipe.write(1, 2, 3, 4, 5, 6);
            for (Witness<Completion> each : waiting) {
                scene.tolerate(each.awaitEnd(), UringCancelledException.class);
            }
            quiet(scene, pipe);
        }
    }

    /** Listeners that throw, of every kind; what was asked for ends, and is released once. */
    private static void throwing(Scene scene) {
        AtomicInteger released = new AtomicInteger();
        Throwable thrown = Thrown.draw(scene.random);
        boolean atRelease = scene.random.nextBoolean();
        Operation operation = Operation.of(Opcode.NOP).onRelease(() -> {
            released.incrementAndGet();
            if (atRelease) {
                throw Thrown.sneaky(thrown);
            }
        }).onStaged(userData -> {
            if (!atRelease) {
                throw Thrown.sneaky(thrown);
            }
        });
        Mono<?> source = switch (scene.random.nextInt(3)) {
            case 0 -> scene.uring.raw().submit(operation);
            case 1 -> scene.uring.raw().submit(operation.withDeadline(Duration.ofSeconds(5)));
            default -> scene.uring.raw().submit(Chain.of(Operation.of(Opcode.NOP)).then(operation)
                    .then(Operation.of(Opcode.NOP)));
        };
        Witness<Object> witness = scene.<Object>draw(source, done -> {
        }).awaitEnd();
        scene.tolerate(witness);
        scene.check(released.get() <= 1, "released " + released + " times: " + witness);
    }
}
