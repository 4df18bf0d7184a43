package io.github.reactoruring.internal.ring;

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

class SqeTest {

    private static final int ENTRIES = 3;
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
