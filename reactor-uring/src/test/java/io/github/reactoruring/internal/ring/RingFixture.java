package io.github.reactoruring.internal.ring;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_ALL;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_ANY;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_FD;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_ASYNC_CANCEL;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_NOP;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_POLL_ADD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import io.github.reactoruring.testing.Await;

/** Opens a ring for each test of a contract, and stages and collects by hand. */
public abstract class RingFixture {

    public static final long WAKE = Ring.WAKE_USER_DATA;
    static final int POLLIN = 1;
    static final int SUBMISSIONS = 32;
    static final int COMPLETIONS = 64;
    static final long SECOND = 1_000_000_000L;
    static final long MILLISECOND = 1_000_000L;

    final CqeBatch batch = new CqeBatch(COMPLETIONS);
    /** Kept until the kernel has copied them. */
    private final List<MemorySegment> timers = new ArrayList<>();
    Ring ring;
    private Backend backend;

    /** Says who is behind the ring. */
    public interface Backend extends AutoCloseable {

        Ring open(int submissionEntries, int completionEntries) throws Exception;

        /** Opens a file on which nothing ever happens until {@link #makeReady}. */
        int quietDescriptor();

        int dup(int descriptor);

        void makeReady(int descriptor);

        /** Hears that the test has closed a descriptor. */
        default void closed(int descriptor) {
        }

        /** Runs when the ring is closed. */
        @Override
        void close();
    }

    protected abstract Backend backend();

    @BeforeEach
    void openRing() throws Exception {
        backend = backend();
        ring = backend.open(SUBMISSIONS, COMPLETIONS);
        assertThat(ring.enable()).isZero();
    }

    @AfterEach
    void closeRing() {
        // Where the kernel takes no ANY, it is refused, and the rest goes with the ring.
        stage(IORING_OP_ASYNC_CANCEL, Long.MAX_VALUE).fd(-1).opFlags(IORING_ASYNC_CANCEL_ANY);
        ring.enter(true, 0, -1);
        do {
            collect();
            ring.enter(false, 0, -1);
        } while (ring.completionsReady());
        ring.close();
        backend.close();
    }

    int quietDescriptor() {
        return backend.quietDescriptor();
    }

    int dup(int descriptor) {
        return backend.dup(descriptor);
    }

    void closed(int descriptor) {
        backend.closed(descriptor);
    }

    void makeReady(int descriptor) {
        backend.makeReady(descriptor);
    }

    Sqe stage(int opcode, long userData) {
        return Objects.requireNonNull(ring.nextSqe()).opcode(opcode).userData(userData);
    }

    void stageNop(long userData) {
        stage(IORING_OP_NOP, userData).fd(-1);
    }

    Sqe stagePoll(long userData, int descriptor) {
        return stage(IORING_OP_POLL_ADD, userData).fd(descriptor).opFlags(POLLIN);
    }

    void stageTimer(long userData, int opcode, long nanos) {
        MemorySegment time = Arena.ofAuto().allocate(16, Long.BYTES);
        time.set(ValueLayout.JAVA_LONG, 0, nanos / SECOND);
        time.set(ValueLayout.JAVA_LONG, 8, nanos % SECOND);
        timers.add(time);
        stage(opcode, userData).fd(-1).addr(time.address()).len(1);
    }

    Sqe stageCancel(long target, int fd, int opcode, int flags) {
        boolean wide = (flags & (IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ANY)) != 0;
        assumeTrue(!wide || ring.features().has(RingFeature.CANCEL_ALL_FD_ANY),
                "this kernel cancels by user_data only");
        return stage(IORING_OP_ASYNC_CANCEL, 0).addr(target).fd(fd).len(opcode).opFlags(flags);
    }

    Map<Long, List<Integer>> collect() {
        Map<Long, List<Integer>> results = new HashMap<>();
        while (ring.reap(batch) > 0) {
            for (int i = 0; i < batch.size(); i++) {
                results.merge(batch.userData(i), List.of(batch.result(i)), RingFixture::joined);
            }
            batch.clear();
        }
        return results;
    }

    /** Collects {@code count}, in as many waits as it takes: a signal to the thread ends one before its time. */
    Map<Long, List<Integer>> collect(int count) {
        Map<Long, List<Integer>> results = collect();
        Await.until(count + " completions", () -> {
            if (results.values().stream().mapToInt(List::size).sum() >= count) {
                return true;
            }
            ring.enter(false, 1, 10 * MILLISECOND);
            collect().forEach((userData, more) -> results.merge(userData, more, RingFixture::joined));
            return false;
        });
        return results;
    }

    Map<Long, Integer> collectFlags() {
        Map<Long, Integer> flags = new HashMap<>();
        ring.reap(batch);
        for (int i = 0; i < batch.size(); i++) {
            flags.put(batch.userData(i), batch.flags(i));
        }
        batch.clear();
        return flags;
    }

    static List<Integer> joined(List<Integer> first, List<Integer> second) {
        List<Integer> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
