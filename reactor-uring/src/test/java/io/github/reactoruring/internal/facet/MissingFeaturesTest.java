package io.github.reactoruring.internal.facet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.ring.scripted.KernelRequest;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.raw.Chain;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.ScriptedLoop;
import reactor.core.Disposable;

/** Holds that a source which a ring cannot serve is refused when it is made, with what is missing. */
@Tag("simulation")
class MissingFeaturesTest {

    private ScriptedLoop under = ScriptedLoop.open();

    @AfterEach
    void close() {
        under.close();
    }

    @Test
    void aChainNeedsLinks() {
        RingRaw raw = new RingRaw(without(RingFeature.LINKS).loop());
        Operation nop = Operation.of(Opcode.NOP);
        assertRefused(() -> raw.submit(Chain.of(nop).then(nop)), "A chain", "LINKS", "Linux 5.3");
    }

    @Test
    void pollsNeedPolls() {
        RingRaw raw = new RingRaw(without(RingFeature.POLLS).loop());
        assertRefused(() -> raw.poll(0, 1), "A poll", "POLLS", "Linux 5.1");
        assertRefused(() -> raw.pollMultishot(0, 1), "A poll", "POLLS", "Linux 5.1");
    }

    @Test
    void multishotRequestsNeedMultishot() {
        RingRaw raw = new RingRaw(without(RingFeature.MULTISHOT).loop());
        assertRefused(() -> raw.pollMultishot(0, 1), "A multishot poll", "MULTISHOT", "Linux 5.13");
        assertRefused(() -> raw.stream(Operation.of(Opcode.POLL_ADD)), "A multishot request", "MULTISHOT",
                "Linux 5.13");
        assertThat(raw.poll(0, 1)).as("one that completes once").isNotNull();
    }

    @Test
    void timersNeedTimers() {
        RingTimers timers = new RingTimers(without(RingFeature.TIMERS).loop());
        assertRefused(() -> timers.after(Duration.ofMillis(1)), "A delay", "TIMERS", "Linux 5.4");
        assertRefused(() -> timers.interval(Duration.ofMillis(1)), "An interval", "TIMERS", "Linux 5.4");
    }

    @Test
    void openingDirectlyNeedsDirectDescriptors() {
        under = without(RingFeature.DIRECT_DESCRIPTORS);
        RingFiles files = new RingFiles(under::loop, () -> List.of(under.loop()));
        assertRefused(() -> files.openDirect(Path.of("file")), "A direct descriptor", "DIRECT_DESCRIPTORS",
                "Linux 5.19");
        assertThat(files.open(Path.of("file"))).as("one with a number").isNotNull();
    }

    @Test
    void aDeadlineWithoutLinksIsATimerOfItsOwn() {
        under = without(RingFeature.LINKS);
        Disposable poll = new RingRaw(under.loop())
                .submit(Operation.of(Opcode.POLL_ADD).fd(under.descriptor()).operationFlags(1)
                        .withDeadline(Duration.ofSeconds(1)))
                .subscribe();
        under.turns(3);
        assertThat(under.ring().kernel().inFlight()).extracting(KernelRequest::opcode)
                .containsExactlyInAnyOrder(IoUringAbi.IORING_OP_POLL_ADD, IoUringAbi.IORING_OP_TIMEOUT);
        poll.dispose();
    }

    private ScriptedLoop without(RingFeature feature) {
        under.close();
        under = ScriptedLoop.without(feature);
        return under;
    }

    private static void assertRefused(ThrowingCallable assembly, String... said) {
        assertThatThrownBy(assembly).isInstanceOf(UnsupportedOperationException.class).message().contains(said);
    }
}
