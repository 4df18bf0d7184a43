package io.github.reactoruring.internal.source.raw;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.Completion;
import io.github.reactoruring.internal.facet.RingRaw;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.raw.Chain;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.ScriptedLoop;

/** Has the kernel stop in the middle of chains: what it did not take must not run by itself in the next submission. */
@Tag("race")
class CutChainTest {

    private static final int POLLIN = 1;

    private final ScriptedLoop under = ScriptedLoop.open();
    private final RingRaw raw = new RingRaw(under.loop());
    private final int descriptor = under.descriptor();
    private final AtomicInteger released = new AtomicInteger();

    @AfterEach
    void close() {
        under.close();
    }

    private Operation poll() {
        return Operation.of(Opcode.POLL_ADD).fd(descriptor).operationFlags(POLLIN)
                .onRelease(released::incrementAndGet);
    }

    /** What runs at once where nothing holds it back, and leaves a trace. */
    private Operation shutdown() {
        return Operation.of(Opcode.SHUTDOWN).fd(descriptor).onRelease(released::incrementAndGet);
    }

    private Probe<List<Completion>> start(Chain chain) {
        Probe<List<Completion>> probe = Probe.idle();
        raw.submit(chain).subscribe(probe);
        return probe.request(1);
    }

    private static List<Integer> results(Probe<List<Completion>> probe) {
        return probe.values().getFirst().stream().map(Completion::result).toList();
    }

    private int shutdowns() {
        return under.ring().taken(IoUringAbi.IORING_OP_SHUTDOWN).size();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theRestOfAChainThatWasCutNeverStarts(boolean hard) {
        Chain chain = Chain.of(poll());
        chain = hard ? chain.thenAlways(shutdown()).thenAlways(shutdown()) : chain.then(shutdown()).then(shutdown());
        under.ring().takeAtMost(1);
        Probe<List<Completion>> probe = start(chain);
        under.turns(5);

        assertThat(shutdowns()).as("run before what they wait for").isZero();
        assertThat(probe.isTerminated()).as("its head runs").isFalse();
        under.ring().kernel().complete(under.ring().inFlight(IoUringAbi.IORING_OP_POLL_ADD).getFirst(), POLLIN, 0);
        under.turns(3);
        assertThat(results(probe)).containsExactly(POLLIN, -Errno.ECANCELED, -Errno.ECANCELED);
        assertThat(released).hasValue(3);
        assertThat(under.ring().kernel().inFlight()).isEmpty();
    }

    @Test
    void aChainThatWasNotTakenAtAllIsWhole() {
        under.ring().takeAtMost(0, 0);
        Probe<List<Completion>> probe = start(Chain.of(poll()).then(shutdown()));
        under.turns(5);
        assertThat(shutdowns()).as("taken with its head").isOne();
        under.ring().kernel().complete(under.ring().inFlight(IoUringAbi.IORING_OP_POLL_ADD).getFirst(), -Errno.EIO, 0);
        under.turns(3);

        assertThat(results(probe)).containsExactly(-Errno.EIO, -Errno.ECANCELED);
    }

    @Test
    void whatIsBehindACutChainIsUntouched() {
        under.ring().takeAtMost(2, 1);
        Probe<List<Completion>> before = start(Chain.of(poll()).then(shutdown()));
        Probe<List<Completion>> cut = start(Chain.of(poll()).then(shutdown()));
        Probe<List<Completion>> behind = start(Chain.of(poll()).then(shutdown()).then(shutdown()));
        Probe<Void> alone = Probe.idle();
        raw.nop().subscribe(alone);
        alone.request(1);
        under.turns(5);
        assertThat(alone.isCompleted()).isTrue();
        for (int i = 0; i < 3; i++) {
            under.ring().kernel().complete(under.ring().inFlight(IoUringAbi.IORING_OP_POLL_ADD).getFirst(), POLLIN, 0);
            under.turns(3);
        }
        while (!under.ring().inFlight(IoUringAbi.IORING_OP_SHUTDOWN).isEmpty()) {
            under.ring().kernel().complete(under.ring().inFlight(IoUringAbi.IORING_OP_SHUTDOWN).getFirst(), 0, 0);
            under.turns(3);
        }

        assertThat(results(before)).containsExactly(POLLIN, 0);
        assertThat(results(cut)).containsExactly(POLLIN, -Errno.ECANCELED);
        assertThat(results(behind)).containsExactly(POLLIN, 0, 0);
    }

    @Test
    void aCutChainThatIsDisposedOfEndsInSilence() {
        under.ring().takeAtMost(1);
        Probe<List<Completion>> probe = start(Chain.of(poll()).then(shutdown()));
        under.turn();
        probe.dispose();
        under.turns(5);

        probe.assertSilent();
        assertThat(released).hasValue(2);
        assertThat(shutdowns()).isZero();
        assertThat(under.ring().kernel().inFlight()).isEmpty();
    }
}
