package io.github.reactoruring.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.UringStats;
import io.github.reactoruring.internal.loop.DisposalBatch;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.loop.Turn;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.ring.SqeBytes;
import io.github.reactoruring.internal.ring.scripted.ScriptedRing;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.raw.Cancel;
import io.github.reactoruring.raw.Opcode;

/** Runs one program, and says what was wrong. */
final class World {

    private static final int FILE_BYTES = 1000;
    private static final byte[] CONTENT = content();
    private static final Path FILE = file();
    private static final long MILLISECOND = 1_000_000;
    private static final long TIMEOUT_NANOS = 60_000 * MILLISECOND;
    /** What an enter does not come back from. */
    private static final int[] FATAL = {Errno.EBADR, Errno.EINVAL, Errno.EFAULT, Errno.EBADF, Errno.EOPNOTSUPP};
    private static final int TOO_MANY_TURNS = 20_000;

    /** What sources ask for when they are made. */
    private static final EnumSet<RingFeature> NEEDED = EnumSet.of(RingFeature.POLLS, RingFeature.LINKS,
            RingFeature.TIMERS,
            RingFeature.MULTISHOT, RingFeature.DIRECT_DESCRIPTORS);

    private final Program program;
    private final Random random;
    private final SeededBehaviour behaviour;
    private final ScriptedRing ring;
    private final EventLoop loop;
    private final Turn owner;
    private final Sources sources;
    private final List<String> faults = SimulatedSubscriber.newFaults();
    private final List<SimulatedSubscriber<?>> subscribers = new ArrayList<>();
    private final Set<Integer> closedFiles = new HashSet<>();
    private boolean mayBeCancelled;
    private int next;

    private World(Program program) {
        this.program = program;
        random = new Random(program.seed() * 17 + 3);
        behaviour = new SeededBehaviour(program.seed());
        int submissions = 2 << random.nextInt(5);
        int completions = submissions << random.nextInt(3);
        ring = new ScriptedRing(submissions, completions, features()).behaviour(behaviour)
                .mayRepeat(userData -> userData >>> 62 >= 2);
        ring.whenIdle(this::whenIdle);
        loop = new EventLoop("simulated", ring, ring::wake, false);
        owner = new Turn(loop, policy(), completions);
        mayBeCancelled = program.cancelsExplicitly();
        owner.start();
        sources = new Sources(loop, ring, FILE, CONTENT);
    }

    /** Returns the faults of one run; none when all was well. */
    static List<String> run(Program program) {
        World world = new World(program);
        try {
            world.runSteps();
            world.end();
            world.check();
        } catch (Throwable t) {
            world.faults.add(describe(t));
        }
        world.faults.addAll(world.ring.violations().found());
        if (world.loop.failure() != null && program.breaks()) {
            // Opened again: the same users go on.
            world.faults.addAll(run(program.after(world.next)));
        }
        return world.faults;
    }

    /** Returns what the kernel saw of one run, but for addresses, and what was counted. */
    static List<String> trace(Program program) {
        World world = new World(program);
        world.runSteps();
        world.end();
        List<String> trace = new ArrayList<>();
        for (SqeBytes sqe : world.ring.taken()) {
            trace.add(sqe.opcode() + " " + sqe.fd() + " " + sqe.len() + " " + sqe.opFlags() + " " + sqe.userData());
        }
        trace.add(world.loop.stats().snapshot().toString());
        return trace;
    }

    /** Returns what was counted in one run. */
    static UringStats stats(Program program) {
        World world = new World(program);
        world.runSteps();
        world.end();
        return world.loop.stats().snapshot();
    }

    private static String describe(Throwable t) {
        StringBuilder text = new StringBuilder(t.toString());
        for (int i = 0; i < Math.min(8, t.getStackTrace().length); i++) {
            text.append("\n        at ").append(t.getStackTrace()[i]);
        }
        return text.toString();
    }

    private EnumSet<RingFeature> features() {
        EnumSet<RingFeature> known = EnumSet.allOf(RingFeature.class);
        if (random.nextInt(3) == 0) {
            RingFeature[] all = EnumSet.complementOf(NEEDED).toArray(RingFeature[]::new);
            for (int i = random.nextInt(4); i >= 0; i--) {
                known.remove(all[random.nextInt(all.length)]);
            }
        }
        // Multishot, waits with a time and the rest are not what is tried here.
        known.add(RingFeature.TIMED_WAIT);
        return known;
    }

    private CancelPolicy policy() {
        return switch (random.nextInt(4)) {
            case 0 -> CancelPolicy.always();
            case 1 -> CancelPolicy.perRequest();
            case 2 -> CancelPolicy.coalesce(random.nextInt(300));
            default -> CancelPolicy.coalesce();
        };
    }

    // ---- The program

    private void runSteps() {
        while (next < program.steps().size() && !owner.isOver()) {
            step(program.steps().get(next++));
        }
    }

    /** The owner would sleep for ever: somebody else goes on with the program, or wakes it. */
    private boolean whenIdle() {
        if (next < program.steps().size()) {
            Step step = program.steps().get(next++);
            if (step.kind() != Step.Kind.TURN && step.kind() != Step.Kind.SLEEP && step.kind() != Step.Kind.BREAK) {
                Foreign.run(loop, () -> act(step));
            }
            if (next == program.steps().size()) {
                ring.wake();
            }
            return true;
        }
        return false;
    }

    private void step(Step step) {
        switch (step.kind()) {
            case TURN -> turn(step.a() % 3, false);
            case SLEEP -> turn(1, true);
            case BREAK -> {
                ring.refuseEnter(FATAL[step.a() % FATAL.length]);
                act(new Step(Step.Kind.SUBSCRIBE, 0, 1, false));
                turn(2, false);
            }
            default -> {
                if (step.foreign()) {
                    Foreign.run(loop, () -> act(step));
                } else {
                    act(step);
                }
            }
        }
    }

    private void turn(int count, boolean mayBlock) {
        for (int i = 0; i <= count && !owner.isOver(); i++) {
            runOnce(mayBlock && next < program.steps().size());
        }
    }

    private void act(Step step) {
        switch (step.kind()) {
            case SUBSCRIBE -> subscribe(step.a(), step.b());
            case BURST -> {
                for (int i = 0; i <= step.b() % 24; i++) {
                    subscribe(step.a(), step.b());
                }
            }
            case REQUEST -> onOne(step, subscriber -> subscriber.request(1 + step.b() % 5));
            case DISPOSE -> onOne(step, subscriber -> dispose(subscriber, step.b()));
            case BATCH -> DisposalBatch.run(() -> chosen(step).forEach(SimulatedSubscriber::dispose));
            case CLOSE_FILE -> {
                OpenFile file = sources.file(step.a());
                closedFiles.add(step.a() % Sources.FILES);
                loop.execute(() -> file.close(result -> {
                }));
            }
            case CANCEL -> cancel(step);
            case THROW -> onOne(step, SimulatedSubscriber::throwNext);
            case ADVANCE -> ring.advance(step.a() % 30 * MILLISECOND);
            default -> {
            }
        }
    }

    private void subscribe(int kindNumber, int number) {
        Sources.Kind drawn = Sources.Kind.values()[kindNumber % Sources.Kind.values().length];
        // A ring that breaks may leak a descriptor that is real.
        Sources.Kind kind = program.breaks() && Sources.opensPath(drawn) ? Sources.Kind.FILE_READ : drawn;
        SimulatedSubscriber<?> subscriber = sources.subscribe(kind, number, faults, () -> mayBeCancelled
                || Sources.isOnFile(kind) && closedFiles.contains(number % Sources.FILES));
        subscribers.add(subscriber);
        if (number % 5 != 0) {
            subscriber.request(number % 11 == 0 ? Long.MAX_VALUE : 1 + number % 4);
        }
    }

    private void onOne(Step step, java.util.function.Consumer<SimulatedSubscriber<?>> action) {
        if (!subscribers.isEmpty()) {
            action.accept(subscribers.get(step.a() % subscribers.size()));
        }
    }

    /** At once, or in its next onNext. */
    private static void dispose(SimulatedSubscriber<?> subscriber, int how) {
        if (how % 6 == 0) {
            subscriber.inNext(subscriber::dispose);
        } else {
            subscriber.dispose();
        }
    }

    /** Chooses all of a kind, so that wide cancels come to be, or some. */
    private List<SimulatedSubscriber<?>> chosen(Step step) {
        String kind = subscribers.isEmpty() ? "" : kindOf(subscribers.get(step.a() % subscribers.size()));
        Random choice = new Random(step.b());
        return subscribers.stream().filter(subscriber -> switch (step.b() % 3) {
            case 0 -> true;
            case 1 -> kindOf(subscriber).equals(kind);
            default -> choice.nextBoolean();
        }).toList();
    }

    private static String kindOf(SimulatedSubscriber<?> subscriber) {
        String name = subscriber.toString();
        return name.substring(0, name.indexOf(' '));
    }

    private void cancel(Step step) {
        Cancel cancel = switch (step.a() % 4) {
            case 0 -> Cancel.any();
            case 1 -> Cancel.fd(sources.foreignDescriptor(step.b())).all();
            case 2 -> Cancel.opcode(step.b() % 2 == 0 ? Opcode.POLL_ADD : Opcode.RECV).all();
            default -> Cancel.userData(step.b());
        };
        try {
            SimulatedSubscriber<Integer> subscriber = new SimulatedSubscriber<>("CANCEL #" + step.b(), faults,
                    () -> true, result -> {
                    });
            sources.raw().cancel(cancel).subscribe(subscriber);
            subscribers.add(subscriber);
            subscriber.request(1);
        } catch (UnsupportedOperationException e) {
            // This kernel is too old for it.
        }
    }

    // ---- The end

    /** Disposes of all, or leaves some to the shutdown; then everything has to come to an end by itself. */
    private void end() {
        behaviour.end();
        boolean disposeAll = random.nextBoolean();
        if (disposeAll) {
            DisposalBatch.run(() -> subscribers.forEach(SimulatedSubscriber::dispose));
            for (int i = 0; loop.stats().snapshot().inFlight() > 0 && !owner.isOver(); i++) {
                turnOnce(i, true);
            }
        }
        // A shutdown cancels what nobody has disposed of.
        mayBeCancelled = true;
        loop.close(TIMEOUT_NANOS);
        for (int i = 0; !owner.isOver(); i++) {
            turnOnce(i, true);
        }
        // What is buffered is still to be had. Nobody leaves any more: a loop that is over closes what they leave by
        // close(2), which the kernel of the tests does not see.
        for (SimulatedSubscriber<?> subscriber : subscribers) {
            subscriber.calm();
            if (!subscriber.isDisposed()) {
                subscriber.request(Long.MAX_VALUE);
            }
        }
    }

    private void turnOnce(int turns, boolean mayBlock) {
        if (turns > TOO_MANY_TURNS) {
            throw new AssertionError("Not over after " + turns + " turns: " + ring.inFlightSummary());
        }
        runOnce(mayBlock);
    }

    private void runOnce(boolean mayBlock) {
        if (mayBlock) {
            owner.runOrWait();
        } else {
            owner.run();
        }
    }

    private void check() {
        boolean broken = loop.failure() != null;
        expect(broken == program.breaks() || owner.isOver() && program.breaks(), "the loop failed: %s",
                broken ? loop.failure() : "no");
        for (SimulatedSubscriber<?> subscriber : subscribers) {
            expect(subscriber.isOver(), "%s was never told the end", subscriber);
        }
        UringStats stats = loop.stats().snapshot();
        expect(stats.staleCompletions() == 0, "stale completions: %s", stats);
        expect(ring.isClosed(), "the ring is still open");
        if (!broken) {
            checkNothingIsLeft(stats);
        }
    }

    private void checkNothingIsLeft(UringStats stats) {
        expect(stats.inFlight() == 0 && stats.completed() == stats.submitted(), "not all completed: %s", stats);
        expect(sources.buffers().openLeases() == 0, "%s leases left", sources.buffers().openLeases());
        for (Sources.Loan loan : sources.loans()) {
            boolean used = loan.borrower.wasRequestedBeforeDisposal() || loan.borrower.isDisposed();
            int wanted = used ? 1 : 0;
            expect(loan.returned() == wanted, "%s released its memory %s times", loan.borrower, loan.returned());
        }
        List<Integer> open = new ArrayList<>(ring.files().stillOpen());
        open.removeAll(sources.foreignDescriptors());
        open.removeAll(sources.accepted());
        open.remove((Integer) ring.wakeDescriptor());
        expect(open.isEmpty(), "descriptors left: %s", open);
    }

    private void expect(boolean holds, String otherwise, Object... details) {
        if (!holds) {
            faults.add(otherwise.formatted(details));
        }
    }

    private static byte[] content() {
        byte[] content = new byte[FILE_BYTES];
        new Random(1).nextBytes(content);
        return content;
    }

    private static Path file() {
        try {
            Path file = Files.createTempFile("simulation", ".bin");
            file.toFile().deleteOnExit();
            return Files.write(file, CONTENT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
