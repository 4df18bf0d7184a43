package io.github.reactoruring.internal.ring.kernel;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_ALL;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_ANY;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_FD;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_OP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.internal.ring.CqeBatch;
import io.github.reactoruring.internal.ring.Ring;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.ring.RingFixture;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.ring.scripted.KernelBehaviour;
import io.github.reactoruring.internal.ring.scripted.ScriptedRingContractTest;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.testing.kernel.NeedsUring;

/**
 * Runs the same small random programs on the kernel and on the scripted ring: NOPs, polls on pipes, timers, links and
 * every form of cancel. Nothing in them depends on time, so that what the kernel says of every request has to be among what the scripted ring can
 * say, which is nearly always one thing.
 */
@NeedsUring
@Tag("simulation")
class KernelAgreementTest {

    private static final int PROGRAMS = 1_000;
    private static final int VARIANTS = 100;
    private static final int PIPES = 2;
    private static final int POLLIN = 1;
    private static final long FAR_AWAY_SECONDS = 1_000;
    private static final int SUBMISSIONS = 32;
    private static final int COMPLETIONS = 64;

    /** A step: an operation, or something that happens between two enters. */
    private record Step(Kind kind, int pipe, int target, boolean all, boolean multishot, boolean linked) {

        enum Kind {
            NOP, POLL, TIMER, CANCEL_USER_DATA, CANCEL_FD, CANCEL_FD_OPCODE, CANCEL_OPCODE, CANCEL_ANY, READY, ENTER
        }
    }

    private static List<Step> program(long seed) {
        Random random = new Random(seed);
        List<Step> steps = new ArrayList<>();
        int length = 3 + random.nextInt(8);
        for (int i = 0; i < length; i++) {
            steps.add(new Step(Step.Kind.values()[random.nextInt(Step.Kind.values().length)], random.nextInt(PIPES),
                    random.nextInt(length), random.nextBoolean(), random.nextInt(3) == 0, random.nextInt(5) == 0));
        }
        return closed(steps);
    }

    /** A link that reaches for the next submission goes to a worker, where everything depends on time. */
    private static List<Step> closed(List<Step> steps) {
        List<Step> closed = new ArrayList<>();
        boolean linkable = false;
        for (Step step : steps.reversed()) {
            closed.addFirst(new Step(step.kind(), step.pipe(), step.target(), step.all(), step.multishot(),
                    step.linked() && linkable));
            linkable = step.kind() == Step.Kind.READY ? linkable : step.kind() != Step.Kind.ENTER;
        }
        return closed;
    }

    @Test
    void theKernelSaysNothingThatTheScriptedRingCannot() throws Exception {
        for (long seed = 0; seed < PROGRAMS; seed++) {
            List<Step> program = program(seed);
            Map<Long, List<String>> real;
            try (RingFixture.Backend kernel = new KernelRingContractTest.Kernel(KernelView.configured())) {
                real = run(kernel, program);
            }
            Set<Map<Long, List<String>>> scripted = new HashSet<>();
            for (int variant = 0; variant < VARIANTS && !scripted.contains(real); variant++) {
                try (RingFixture.Backend kernel = new ScriptedRingContractTest.Scripted(anyMatch(variant))) {
                    scripted.add(run(kernel, program));
                }
            }
            assertThat(scripted).as("program %s: %s", seed, program).contains(real);
        }
    }

    /** A cancel that wants one match takes the first of the kernel's table, whose order is not ours to know. */
    private static KernelBehaviour anyMatch(int seed) {
        Random random = new Random(seed);
        return new KernelBehaviour() {
            @Override
            protected int nextMatch(int size) {
                return seed == 0 ? 0 : random.nextInt(size);
            }
        };
    }

    private static Map<Long, List<String>> run(RingFixture.Backend backend, List<Step> program) throws Exception {
        Ring ring = backend.open(SUBMISSIONS, COMPLETIONS);
        assertThat(ring.enable()).isZero();
        assumeTrue(ring.features().has(RingFeature.CANCEL_OP), "this kernel cancels nothing by opcode");
        Map<Long, List<String>> outcome = new TreeMap<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment farAway = arena.allocate(16, Long.BYTES);
            farAway.set(ValueLayout.JAVA_LONG, 0, FAR_AWAY_SECONDS);
            int[] pipes = new int[PIPES];
            for (int i = 0; i < PIPES; i++) {
                pipes[i] = backend.quietDescriptor();
            }
            boolean[] ready = new boolean[PIPES];
            for (int i = 0; i < program.size(); i++) {
                Step step = program.get(i);
                if (step.kind() == Step.Kind.ENTER) {
                    settle(ring, outcome);
                } else if (step.kind() != Step.Kind.READY) {
                    stage(ring, step, i, pipes, farAway);
                } else if (!ready[step.pipe()]) {
                    ready[step.pipe()] = true;
                    backend.makeReady(pipes[step.pipe()]);
                }
            }
            settle(ring, outcome);
            outcome.put(-1L, List.of("everything else"));
            stage(ring, new Step(Step.Kind.CANCEL_ANY, 0, 0, true, false, false), program.size(), pipes, farAway);
            settle(ring, outcome);
        }
        ring.close();
        return outcome;
    }

    private static void stage(Ring ring, Step step, int index, int[] pipes, MemorySegment farAway) {
        Sqe sqe = ring.nextSqe();
        assertThat(sqe).isNotNull();
        int all = step.all() ? IORING_ASYNC_CANCEL_ALL : 0;
        switch (step.kind()) {
            case NOP -> sqe.opcode(IoUringAbi.IORING_OP_NOP).fd(-1);
            case POLL -> sqe.opcode(IoUringAbi.IORING_OP_POLL_ADD).fd(pipes[step.pipe()]).opFlags(POLLIN)
                    .len(step.multishot() ? IoUringAbi.IORING_POLL_ADD_MULTI : 0);
            case TIMER -> sqe.opcode(IoUringAbi.IORING_OP_TIMEOUT).fd(-1).addr(farAway.address()).len(1);
            case CANCEL_USER_DATA -> cancel(sqe, -1, 0, all).addr(step.target());
            case CANCEL_FD -> cancel(sqe, pipes[step.pipe()], 0, IORING_ASYNC_CANCEL_FD | all);
            case CANCEL_FD_OPCODE -> cancel(sqe, pipes[step.pipe()], IoUringAbi.IORING_OP_POLL_ADD,
                    IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_OP | all);
            case CANCEL_OPCODE -> cancel(sqe, -1,
                    step.multishot() ? IoUringAbi.IORING_OP_TIMEOUT : IoUringAbi.IORING_OP_POLL_ADD,
                    IORING_ASYNC_CANCEL_OP | all);
            case CANCEL_ANY -> cancel(sqe, -1, 0, IORING_ASYNC_CANCEL_ANY);
            default -> throw new IllegalStateException(step.toString());
        }
        boolean cancel = step.kind().name().startsWith("CANCEL");
        sqe.userData(index).addFlags(step.linked() && !cancel ? IoUringAbi.IOSQE_IO_LINK : 0);
    }

    private static Sqe cancel(Sqe sqe, int fd, int opcode, int flags) {
        return sqe.opcode(IoUringAbi.IORING_OP_ASYNC_CANCEL).fd(fd).len(opcode).opFlags(flags);
    }

    /** Submits, and takes all that comes of it. */
    private static void settle(Ring ring, Map<Long, List<String>> outcome) {
        CqeBatch batch = new CqeBatch(COMPLETIONS);
        int quiet = 0;
        while (quiet < 2) {
            assertThat(ring.enter(true, 0, -1)).isNotNegative();
            quiet = ring.reap(batch) == 0 && !ring.taskWorkPending() ? quiet + 1 : 0;
            for (int i = 0; i < batch.size(); i++) {
                boolean more = (batch.flags(i) & IoUringAbi.IORING_CQE_F_MORE) != 0;
                outcome.computeIfAbsent(batch.userData(i), key -> new ArrayList<>())
                        .add(batch.result(i) + (more ? " and more" : ""));
            }
            batch.clear();
        }
    }
}
