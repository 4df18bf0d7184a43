package io.github.reactoruring.internal.source.raw;

import static io.github.reactoruring.internal.source.MultishotOperation.Ending.COMPLETE;
import static io.github.reactoruring.internal.source.MultishotOperation.Ending.ERROR;
import static io.github.reactoruring.internal.source.MultishotOperation.Ending.REARM;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.ring.SqeBytes;
import io.github.reactoruring.internal.source.MultishotOperation.Ending;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;

/** Asks of each opcode what the end of its repetition means. */
class RepetitionTest {

    private static final Operation ACCEPT = Operation.of(Opcode.ACCEPT).ioprio(IoUringAbi.IORING_ACCEPT_MULTISHOT);
    private static final Operation RECV = Operation.of(Opcode.RECV).ioprio(IoUringAbi.IORING_RECV_MULTISHOT);
    private static final Operation RECVMSG = Operation.of(Opcode.RECVMSG).ioprio(IoUringAbi.IORING_RECV_MULTISHOT);
    private static final Operation TIMER = Operation.of(Opcode.TIMEOUT)
            .operationFlags(IoUringAbi.IORING_TIMEOUT_MULTISHOT);

    private static Ending ending(Operation operation, int... results) {
        Repetition repetition = new Repetition(operation);
        repetition.prepare(sqe(Arena.ofAuto()));
        for (int result : results) {
            if (repetition.isValue(result, 0)) {
                repetition.count(result);
            }
        }
        return repetition.ending(results[results.length - 1]);
    }

    private static Sqe sqe(Arena arena) {
        return new Sqe(arena.allocate(IoUringAbi.SQE_BYTES, Long.BYTES)).moveTo(0);
    }

    @Test
    void aDescriptorIsNoEndAndNeitherIsAnEvent() {
        assertThat(ending(ACCEPT, 0)).isEqualTo(REARM);
        assertThat(ending(Operation.of(Opcode.POLL_ADD).length(IoUringAbi.IORING_POLL_ADD_MULTI), 0x10))
                .isEqualTo(REARM);
    }

    @Test
    void bytesAreNoEndAndTheirWantIs() {
        assertThat(ending(RECV, 5)).isEqualTo(REARM);
        assertThat(ending(RECV, 0)).isEqualTo(COMPLETE);
        assertThat(ending(Operation.of(Opcode.READ_MULTISHOT), 5)).isEqualTo(REARM);
        assertThat(ending(Operation.of(Opcode.READ_MULTISHOT), 0)).isEqualTo(COMPLETE);
    }

    @ParameterizedTest
    @EnumSource(Opcode.class)
    void anErrorIsTheEndOfEach(Opcode opcode) {
        Operation operation = Operation.of(opcode).ioprio(3).length(1)
                .operationFlags(IoUringAbi.IORING_TIMEOUT_MULTISHOT);
        assertThat(ending(operation, -Errno.EIO)).isEqualTo(ERROR);
    }

    /** Armed again it would run for ever. */
    @ParameterizedTest
    @EnumSource(value = Opcode.class, names = "READ_MULTISHOT", mode = EnumSource.Mode.EXCLUDE)
    void whatDoesNotRepeatIsCompleteWhenItEnds(Opcode opcode) {
        assertThat(ending(Operation.of(opcode), 1)).isEqualTo(COMPLETE);
    }

    @Test
    void aRecvThatIsBoundedEndsWithItsLastByteAndAsksForTheRestOnly() {
        Operation bounded = RECV.fileIndex(10);
        assertThat(ending(bounded, 6)).isEqualTo(REARM);
        assertThat(ending(bounded, 6, 4)).isEqualTo(COMPLETE);

        Repetition repetition = new Repetition(bounded);
        repetition.count(6);
        MemorySegment entry = Arena.ofAuto().allocate(IoUringAbi.SQE_BYTES, Long.BYTES);
        repetition.prepare(new Sqe(entry).moveTo(0));
        assertThat(SqeBytes.decode(entry, 0).fileIndex()).isEqualTo(4);
    }

    @Test
    void aMessageOfNoBytesIsTheEnd() {
        MemorySegment header = Arena.ofAuto().allocate(56, Long.BYTES);
        header.set(ValueLayout.JAVA_INT, 8, 28);
        header.set(ValueLayout.JAVA_LONG, 40, 64);
        Operation receive = RECVMSG.pointer(header);

        assertThat(ending(receive, 16 + 28 + 64 + 1)).isEqualTo(REARM);
        assertThat(ending(receive, 16 + 28 + 64)).isEqualTo(COMPLETE);
    }

    /** By a header that is not known, none could be told from the end. */
    @Test
    void aMessageBehindAMereAddressIsTheEnd() {
        assertThat(ending(RECVMSG.address(4096), 1000)).isEqualTo(COMPLETE);
    }

    @Test
    void aTickIsNoErrorAndTheLastOfThemTheEnd() {
        assertThat(ending(TIMER, -Errno.ETIME)).isEqualTo(REARM);
        assertThat(ending(TIMER.offset(2), -Errno.ETIME)).isEqualTo(REARM);
        assertThat(ending(TIMER.offset(2), -Errno.ETIME, -Errno.ETIME)).isEqualTo(COMPLETE);
        assertThat(ending(Operation.of(Opcode.TIMEOUT), -Errno.ETIME)).as("of a one-shot").isEqualTo(ERROR);
    }
}
