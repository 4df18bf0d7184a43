package io.github.reactoruring.internal.sys;

import static io.github.reactoruring.internal.sys.IoUringAbi.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.reactoruring.raw.Opcode;

/** Holds the ABI's numbers to those of include/uapi/linux/io_uring.h, which can never change. */
class IoUringAbiTest {

    @Test
    void entriesHaveTheKernelsSizes() {
        assertThat(SQE_BYTES).isEqualTo(64);
        assertThat(CQE_BYTES).isEqualTo(16);
    }

    @ParameterizedTest
    @EnumSource
    void opcodesOfTheApiAreTheKernels(Opcode opcode) throws ReflectiveOperationException {
        assertThat(opcode.code()).isEqualTo(IoUringAbi.class.getField("IORING_OP_" + opcode.name()).getInt(null));
    }

    @Test
    void opcodesAreNumberedWithoutGaps() {
        int[] codes = Stream.of(IoUringAbi.class.getFields()).filter(field -> field.getName().startsWith("IORING_OP_"))
                .mapToInt(IoUringAbiTest::value).sorted().toArray();

        assertThat(codes).isEqualTo(Arrays.stream(codes).map(code -> Arrays.binarySearch(codes, code)).toArray());
        assertThat(IORING_OP_ASYNC_CANCEL).isEqualTo(14);
        assertThat(IORING_OP_READ).isEqualTo(22);
        assertThat(IORING_OP_SEND_ZC).isEqualTo(47);
        assertThat(IORING_OP_PIPE).isEqualTo(62);
    }

    private static int value(Field field) {
        try {
            return field.getInt(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest(name = "{0} is {2}")
    @MethodSource
    void numbersAreTheKernels(String name, int ours, int kernels) {
        assertThat(ours).as(name).isEqualTo(kernels);
    }

    static Stream<Arguments> numbersAreTheKernels() {
        return Stream.of(
                Arguments.of("IOSQE_FIXED_FILE", IOSQE_FIXED_FILE, 0x01),
                Arguments.of("IOSQE_IO_LINK", IOSQE_IO_LINK, 0x04),
                Arguments.of("IOSQE_ASYNC", IOSQE_ASYNC, 0x10),
                Arguments.of("IOSQE_BUFFER_SELECT", IOSQE_BUFFER_SELECT, 0x20),
                Arguments.of("IOSQE_CQE_SKIP_SUCCESS", IOSQE_CQE_SKIP_SUCCESS, 0x40),
                Arguments.of("IORING_SETUP_CQSIZE", IORING_SETUP_CQSIZE, 0x08),
                Arguments.of("IORING_SETUP_R_DISABLED", IORING_SETUP_R_DISABLED, 0x40),
                Arguments.of("IORING_SETUP_SINGLE_ISSUER", IORING_SETUP_SINGLE_ISSUER, 0x1000),
                Arguments.of("IORING_SETUP_DEFER_TASKRUN", IORING_SETUP_DEFER_TASKRUN, 0x2000),
                Arguments.of("IORING_SETUP_NO_SQARRAY", IORING_SETUP_NO_SQARRAY, 0x10000),
                Arguments.of("IORING_ENTER_GETEVENTS", IORING_ENTER_GETEVENTS, 0x01),
                Arguments.of("IORING_ENTER_EXT_ARG", IORING_ENTER_EXT_ARG, 0x08),
                Arguments.of("IORING_ENTER_REGISTERED_RING", IORING_ENTER_REGISTERED_RING, 0x10),
                Arguments.of("IORING_SQ_CQ_OVERFLOW", IORING_SQ_CQ_OVERFLOW, 0x02),
                Arguments.of("IORING_SQ_TASKRUN", IORING_SQ_TASKRUN, 0x04),
                Arguments.of("IORING_CQE_F_MORE", IORING_CQE_F_MORE, 0x02),
                Arguments.of("IORING_CQE_F_NOTIF", IORING_CQE_F_NOTIF, 0x08),
                Arguments.of("IORING_ASYNC_CANCEL_ALL", IORING_ASYNC_CANCEL_ALL, 0x01),
                Arguments.of("IORING_ASYNC_CANCEL_FD", IORING_ASYNC_CANCEL_FD, 0x02),
                Arguments.of("IORING_ASYNC_CANCEL_ANY", IORING_ASYNC_CANCEL_ANY, 0x04),
                Arguments.of("IORING_ASYNC_CANCEL_FD_FIXED", IORING_ASYNC_CANCEL_FD_FIXED, 0x08),
                Arguments.of("IORING_ASYNC_CANCEL_USERDATA", IORING_ASYNC_CANCEL_USERDATA, 0x10),
                Arguments.of("IORING_ASYNC_CANCEL_OP", IORING_ASYNC_CANCEL_OP, 0x20),
                Arguments.of("IORING_TIMEOUT_ABS", IORING_TIMEOUT_ABS, 0x01),
                Arguments.of("IORING_TIMEOUT_MULTISHOT", IORING_TIMEOUT_MULTISHOT, 0x40),
                Arguments.of("IORING_POLL_ADD_MULTI", IORING_POLL_ADD_MULTI, 0x01),
                Arguments.of("IORING_REGISTER_PROBE", IORING_REGISTER_PROBE, 8),
                Arguments.of("IORING_REGISTER_ENABLE_RINGS", IORING_REGISTER_ENABLE_RINGS, 12),
                Arguments.of("IORING_REGISTER_RING_FDS", IORING_REGISTER_RING_FDS, 20),
                Arguments.of("IORING_REGISTER_SYNC_CANCEL", IORING_REGISTER_SYNC_CANCEL, 24),
                Arguments.of("IORING_REGISTER_SEND_MSG_RING", IORING_REGISTER_SEND_MSG_RING, 31),
                Arguments.of("IORING_OFF_SQES", IORING_OFF_SQES, 0x10000000));
    }
}
