package io.github.reactoruring.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.github.reactoruring.Completion;
import io.github.reactoruring.Uring;
import io.github.reactoruring.UringCancelledException;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;

/** Requests that wait for ever, each under a user_data of its own, and what became of each. */
public final class ArmedRequests {

    private static final int POLLIN = 1;
    private static final int IOSQE_FIXED_FILE = 1;

    private final Uring uring;
    private final Map<Long, Probe<Completion>> probes = new LinkedHashMap<>();

    public ArmedRequests(Uring uring) {
        this.uring = uring;
    }

    /** Waits for an empty pipe to have data. */
    public ArmedRequests poll(long userData, int fd) {
        return arm(userData, Operation.of(Opcode.POLL_ADD).fd(fd).operationFlags(POLLIN));
    }

    /** Waits for the file in a slot to have data. */
    public ArmedRequests pollSlot(long userData, int slot) {
        return arm(userData,
                Operation.of(Opcode.POLL_ADD).fd(slot).flags(IOSQE_FIXED_FILE).operationFlags(POLLIN));
    }

    /** Reads a byte. */
    public ArmedRequests read(long userData, int fd) {
        return arm(userData, Operation.of(Opcode.READ).fd(fd).offset(-1).buffer(Arena.ofAuto().allocate(1)));
    }

    /** Reads a byte from the file in a slot. */
    public ArmedRequests readSlot(long userData, int slot) {
        return arm(userData, Operation.of(Opcode.READ).fd(slot).flags(IOSQE_FIXED_FILE).offset(-1)
                .buffer(Arena.ofAuto().allocate(1)));
    }

    /** Waits an hour. */
    public ArmedRequests timer(long userData) {
        MemorySegment time = Arena.ofAuto().allocate(16, Long.BYTES);
        time.set(java.lang.foreign.ValueLayout.JAVA_LONG, 0, 3600);
        return arm(userData, Operation.of(Opcode.TIMEOUT).pointer(time).length(1));
    }

    /** Submits an operation under a user_data. */
    public ArmedRequests arm(long userData, Operation operation) {
        Probe<Completion> probe = Probe.idle();
        uring.raw().submit(operation.userData(userData)).subscribe(probe);
        probes.put(userData, probe.request(1));
        return this;
    }

    /** Waits until the kernel has them all. */
    public ArmedRequests await() {
        Await.until(probes.size() + " requests in flight", () -> uring.stats().inFlight() == probes.size());
        return this;
    }

    /** Returns the one with this user_data. */
    public Probe<Completion> get(long userData) {
        return probes.get(userData);
    }

    /** Returns the user_data of those that have ended, however. */
    public Set<Long> ended() {
        Set<Long> ended = new TreeSet<>();
        probes.forEach((userData, probe) -> {
            if (probe.isTerminated()) {
                ended.add(userData);
            }
        });
        return ended;
    }

    /** Waits until {@code count} have ended, and checks that they were told they had been cancelled. */
    public Set<Long> awaitCancelled(int count) {
        Await.until(count + " cancelled", () -> ended().size() >= count);
        Set<Long> ended = ended();
        assertThat(ended).hasSize(count);
        ended.forEach(userData -> {
            assertThat(probes.get(userData).error()).isInstanceOf(UringCancelledException.class);
            probes.get(userData).assertRules();
        });
        return ended;
    }

    /** Checks that all others are in flight still, then disposes of them. */
    public void disposeOfTheRest() {
        long left = probes.values().stream().filter(probe -> !probe.isTerminated()).count();
        Await.until(left + " others in flight", () -> uring.stats().inFlight() == left);
        probes.values().stream().filter(probe -> !probe.isTerminated()).forEach(probe -> {
            probe.assertSilent();
            probe.dispose();
        });
        Await.until("an idle ring", () -> uring.stats().inFlight() == 0);
    }
}
