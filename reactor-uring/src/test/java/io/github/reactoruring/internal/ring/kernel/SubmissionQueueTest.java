package io.github.reactoruring.internal.ring.kernel;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_SETUP_NO_SQARRAY;
import static io.github.reactoruring.internal.sys.IoUringAbi.IOSQE_IO_HARDLINK;
import static io.github.reactoruring.internal.sys.IoUringAbi.IOSQE_IO_LINK;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.internal.sys.IoUringAbi;

/** Our side of the submission queue, with a kernel that takes as many entries as the test says. */
class SubmissionQueueTest {

    private static final int HEAD = 0;
    private static final int TAIL = 4;
    private static final int REFUSED = 255;

    private final MemorySegment ring = Arena.ofAuto().allocate(64, 8);
    private final MemorySegment sqes = Arena.ofAuto().allocate(8L * IoUringAbi.SQE_BYTES, 8);
    private final SubmissionQueue queue = new SubmissionQueue(ring, sqes, params(), null);

    private long staged = 100;

    private static RingParams params() {
        RingParams params = new RingParams(Arena.ofAuto(), 16, IORING_SETUP_NO_SQARRAY);
        MemorySegment memory = params.memory();
        memory.set(ValueLayout.JAVA_INT, 0, 8);
        memory.set(ValueLayout.JAVA_INT, 40, HEAD);
        memory.set(ValueLayout.JAVA_INT, 44, TAIL);
        memory.set(ValueLayout.JAVA_INT, 56, 8);
        return params;
    }

    private void stage(int... flags) {
        for (int each : flags) {
            queue.next().reset().opcode(1).flags(each).userData(staged++);
        }
        queue.publish();
    }

    private void taken(int count) {
        ring.set(ValueLayout.JAVA_INT, HEAD, ring.get(ValueLayout.JAVA_INT, HEAD) + count);
    }

    private List<Integer> opcodes(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> Byte.toUnsignedInt(sqes.get(ValueLayout.JAVA_BYTE, (long) i * IoUringAbi.SQE_BYTES)))
                .toList();
    }

    /** It would run at once, whatever becomes of what it was to come behind. */
    @ParameterizedTest
    @ValueSource(ints = {IOSQE_IO_LINK, IOSQE_IO_HARDLINK})
    void whatIsLeftOfAChainDoesNotRun(int link) {
        stage(0, link, link, 0, 0);
        taken(2);
        queue.refuseCutChain();
        assertThat(opcodes(5)).containsExactly(1, 1, REFUSED, 1, 1);
        assertThat(sqes.get(ValueLayout.JAVA_LONG, 2L * IoUringAbi.SQE_BYTES + 32)).as("its user_data").isEqualTo(102);
    }

    @Test
    void aCutBetweenChainsRefusesNothing() {
        stage(IOSQE_IO_LINK, 0, IOSQE_IO_LINK, 0);
        taken(2);
        queue.refuseCutChain();
        assertThat(opcodes(4)).containsOnly(1);
        taken(2);
        queue.refuseCutChain();
        assertThat(opcodes(4)).as("all taken").containsOnly(1);
    }

    @Test
    void aChainThatGoesRoundTheEndOfTheQueueIsFoundToo() {
        stage(0, 0, 0, 0, 0, 0, 0);
        taken(7);
        stage(IOSQE_IO_LINK, 0);
        taken(1);
        queue.refuseCutChain();
        assertThat(opcodes(1)).containsExactly(REFUSED);
    }
}
