package io.github.reactoruring.internal.ring;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ACCEPT_MULTISHOT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_ACCEPT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_ASYNC_CANCEL;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_CLOSE;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_NOP;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_POLL_ADD;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_READ;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_READ_MULTISHOT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_STATX;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_TIMEOUT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_POLL_ADD_MULTI;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_TIMEOUT_MULTISHOT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IOSQE_ASYNC;
import static io.github.reactoruring.internal.sys.IoUringAbi.IOSQE_FIXED_FILE;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.reactoruring.internal.sys.OpenFlags;

class SqeTest {

    private static final int ENTRIES = 3;
    private static final SqeBytes EMPTY = new SqeBytes(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    private final MemorySegment memory = Arena.ofAuto().allocate(ENTRIES * 64, 64).fill((byte) 0xFF);
    private final Sqe sqe = new Sqe(memory);

    @Test
    void pointingAtAnEntryClearsItAndNoOther() {
        sqe.moveTo(1);

        byte[] bytes = memory.toArray(ValueLayout.JAVA_BYTE);
        assertThat(Arrays.copyOfRange(bytes, 0, 64)).containsOnly(0xFF);
        assertThat(Arrays.copyOfRange(bytes, 64, 128)).containsOnly(0);
        assertThat(Arrays.copyOfRange(bytes, 128, 192)).containsOnly(0xFF);
    }

    @ParameterizedTest(name = "{0} at {1}")
    @MethodSource
    void fieldsGoToTheirPlace(String field, int offset, int size, Consumer<Sqe> setter) {
        sqe.moveTo(1);

        setter.accept(sqe);

        byte[] expected = new byte[64];
        for (int i = 0; i < size; i++) {
            expected[offset + i] = (byte) (0x11 * (i + 1));
        }
        assertThat(memory.asSlice(64, 64).toArray(ValueLayout.JAVA_BYTE)).as(field).isEqualTo(expected);
    }

    static Stream<Arguments> fieldsGoToTheirPlace() {
        // Little-endian, as both architectures are: the first byte in memory is 0x11.
        int two = 0x2211;
        int four = 0x44332211;
        long eight = 0x8877665544332211L;
        return Stream.of(
                field("opcode", 0, 1, sqe -> sqe.opcode(0x11)),
                field("flags", 1, 1, sqe -> sqe.flags(0x11)),
                field("ioprio", 2, 2, sqe -> sqe.ioprio(two)),
                field("fd", 4, 4, sqe -> sqe.fd(four)),
                field("off", 8, 8, sqe -> sqe.off(eight)),
                field("addr", 16, 8, sqe -> sqe.addr(eight)),
                field("len", 24, 4, sqe -> sqe.len(four)),
                field("rw_flags", 28, 4, sqe -> sqe.opFlags(four)),
                field("user_data", 32, 8, sqe -> sqe.userData(eight)),
                field("buf_index", 40, 2, sqe -> sqe.bufIndex(two)),
                field("personality", 42, 2, sqe -> sqe.personality(two)),
                field("file_index", 44, 4, sqe -> sqe.fileIndex(four)),
                field("addr3", 48, 8, sqe -> sqe.addr3(eight)));
    }

    private static Arguments field(String name, int offset, int size, Consumer<Sqe> setter) {
        return Arguments.of(name, offset, size, setter);
    }

    /** What is written with a setter is read back in the field of its name, and nowhere else. */
    @Test
    void readsBackWhatWasWritten() {
        sqe.moveTo(1).opcode(0xfe).flags(0x81).ioprio(0xfffe).fd(-100).off(-1).addr(0x8877665544332211L).len(-2)
                .opFlags(0x80000001).userData(-3L).bufIndex(0xabcd).personality(0xef01).fileIndex(-1).addr3(-4L);
        memory.set(ValueLayout.JAVA_LONG, 64 + 56, -5L);

        assertThat(SqeBytes.decode(memory, 1))
                .isEqualTo(new SqeBytes(0xfe, 0x81, 0xfffe, -100, -1, 0x8877665544332211L, -2,
                        0x80000001, -3, 0xabcd, 0xef01, -1, -4, -5));
    }

    @ParameterizedTest(name = "{0} at {1}")
    @MethodSource("fieldsGoToTheirPlace")
    void aFieldIsReadFromItsPlace(String field, int offset, int size, Consumer<Sqe> setter) {
        setter.accept(sqe.moveTo(1));
        SqeBytes read = SqeBytes.decode(memory, 1);
        sqe.moveTo(1);
        for (int i = 0; i < size; i++) {
            memory.set(ValueLayout.JAVA_BYTE, 64 + offset + i, (byte) (0x11 * (i + 1)));
        }

        assertThat(SqeBytes.decode(memory, 1)).as(field).isEqualTo(read).isNotEqualTo(EMPTY);
    }

    @Test
    void tellsWhatGivesMoreThanOneCompletion() {
        assertThat(decoded(poll -> poll.opcode(IORING_OP_POLL_ADD)).isMultishot()).isFalse();
        assertThat(decoded(poll -> poll.opcode(IORING_OP_POLL_ADD).len(IORING_POLL_ADD_MULTI)).isMultishot()).isTrue();
        assertThat(decoded(timer -> timer.opcode(IORING_OP_TIMEOUT).opFlags(IORING_TIMEOUT_MULTISHOT)).isMultishot())
                .isTrue();
        assertThat(decoded(accept -> accept.opcode(IORING_OP_ACCEPT).ioprio(IORING_ACCEPT_MULTISHOT)).isMultishot())
                .isTrue();
        assertThat(decoded(read -> read.opcode(IORING_OP_READ_MULTISHOT)).isMultishot()).isTrue();
        assertThat(decoded(read -> read.opcode(IORING_OP_READ)).isMultishot()).isFalse();
    }

    @Test
    void tellsWhatNamesAFile() {
        assertThat(decoded(read -> read.opcode(IORING_OP_READ).fd(3)).namesFile()).isTrue();
        assertThat(decoded(stat -> stat.opcode(IORING_OP_STATX).fd(OpenFlags.AT_FDCWD)).namesFile()).isFalse();
        assertThat(decoded(nop -> nop.opcode(IORING_OP_NOP).fd(3)).namesFile()).isFalse();
        assertThat(decoded(close -> close.opcode(IORING_OP_CLOSE).fd(3)).namesFile()).isFalse();
    }

    @Test
    void tellsCancelsAndFlags() {
        SqeBytes cancel = decoded(sqe -> sqe.opcode(IORING_OP_ASYNC_CANCEL).flags(IOSQE_ASYNC));
        assertThat(cancel.isCancel()).isTrue();
        assertThat(cancel.has(IOSQE_ASYNC)).isTrue();
        assertThat(cancel.has(IOSQE_FIXED_FILE)).isFalse();
    }

    private SqeBytes decoded(Consumer<Sqe> filler) {
        filler.accept(sqe.moveTo(0));
        return SqeBytes.decode(memory, 0);
    }

    @Test
    void addedFlagsJoinTheOthers() {
        sqe.moveTo(0).flags(0x10).addFlags(0x04).addFlags(0x40);

        assertThat(memory.get(ValueLayout.JAVA_BYTE, 1)).isEqualTo((byte) 0x54);
    }

    @Test
    void resettingClearsWhatWasWritten() {
        sqe.moveTo(2).opcode(22).fd(7).addr(1).userData(-1).addr3(-1);

        sqe.reset();

        assertThat(memory.asSlice(128, 64).toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
    }
}
