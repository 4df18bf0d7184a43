package io.github.reactoruring.cancellation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.reactoruring.Uring;
import io.github.reactoruring.raw.Cancel;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.publisher.Mono;

/** Refuses what the kernel would refuse, or would take for something else, before anything is submitted. */
class CancelAssemblyTest {

    private static final int ALL = 1;
    private static final int FD = 2;
    private static final int ANY = 4;
    private static final int FD_FIXED = 8;
    private static final int USERDATA = 16;
    private static final int OP = 32;

    @Test
    void writesTheFlagsAndFieldsOfIoUringPrepCancel() {
        MemorySegment memory = Arena.ofAuto().allocate(8);

        assertFields(Cancel.userData(5), 0, -1, 5, null);
        assertFields(Cancel.pointer(memory), 0, -1, memory.address(), null);
        assertFields(Cancel.userData(5).all(), ALL, -1, 5, null);
        assertFields(Cancel.fd(7), FD, 7, 0, null);
        assertFields(Cancel.fixedFile(3).all(), FD | FD_FIXED | ALL, 3, 0, null);
        assertFields(Cancel.opcode(Opcode.READ), OP, -1, 0, Opcode.READ);
        assertFields(Cancel.any(), ANY, -1, 0, null);
        assertFields(Cancel.any().all(), ANY | ALL, -1, 0, null);
        assertFields(Cancel.userData(5).andOpcode(Opcode.READ), OP | USERDATA, -1, 5, Opcode.READ);
        assertFields(Cancel.fd(7).andOpcode(Opcode.READ).andUserData(5).all(), ALL | FD | OP | USERDATA, 7, 5,
                Opcode.READ);
        assertFields(Cancel.fixedFile(3).andUserData(5), FD | FD_FIXED | USERDATA, 3, 5, null);
        assertFields(Cancel.opcode(Opcode.READ).andUserData(5), OP | USERDATA, -1, 5, Opcode.READ);
    }

    private static void assertFields(Cancel cancel, int flags, int fd, long userData, Opcode opcode) {
        assertThat(List.of(cancel.flags(), cancel.descriptor(), cancel.userDataKey())).as(cancel.toString())
                .isEqualTo(List.of(flags, fd, userData));
        assertThat(cancel.opcodeKey()).isEqualTo(opcode);
    }

    @Test
    void refusesNegativeDescriptorsAndSlots() {
        assertThatIllegalArgumentException().isThrownBy(() -> Cancel.fd(-1)).withMessageContaining("fd must be 0");
        assertThatIllegalArgumentException().isThrownBy(() -> Cancel.fixedFile(-1))
                .withMessageContaining("slot must be 0");
    }

    @Test
    void refusesAnyTogetherWithAnotherKey() {
        assertThatIllegalArgumentException().isThrownBy(() -> Cancel.any().andOpcode(Opcode.READ))
                .withMessageContaining("no other key goes with it");
        assertThatIllegalArgumentException().isThrownBy(() -> Cancel.any().all().andUserData(1))
                .withMessageContaining("no other key goes with it");
    }

    @Test
    void refusesAKeyThatIsGivenAlready() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Cancel.opcode(Opcode.READ).andOpcode(Opcode.WRITE))
                .withMessageContaining("an operation is given already");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Cancel.fd(1).andOpcode(Opcode.READ).andOpcode(Opcode.READ))
                .withMessageContaining("an operation is given already");
        assertThatIllegalArgumentException().isThrownBy(() -> Cancel.userData(1).andUserData(1))
                .withMessageContaining("a user_data is given already");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Cancel.userData(1).andOpcode(Opcode.READ).andUserData(1))
                .withMessageContaining("a user_data is given already");
        assertThatIllegalArgumentException().isThrownBy(() -> Cancel.fd(1).andUserData(1).andUserData(2))
                .withMessageContaining("a user_data is given already");
    }

    @Test
    void refusesUserDataThatIsTheLibrarysOwn() {
        Operation nop = Operation.of(Opcode.NOP);

        assertThatIllegalArgumentException().isThrownBy(() -> nop.userData(-1))
                .withMessageContaining("must be below 2^62");
        assertThatIllegalArgumentException().isThrownBy(() -> nop.userData(1L << 62))
                .withMessageContaining("must be below 2^62");
        assertThat(nop.userData((1L << 62) - 1).chosenUserData()).isEqualTo((1L << 62) - 1);
    }

    @Test
    void refusesDeadlinesThatAreNotInTheFuture() {
        for (Duration deadline : List.of(Duration.ZERO, Duration.ofNanos(-1))) {
            assertThatIllegalArgumentException().isThrownBy(() -> Operation.of(Opcode.READ).withDeadline(deadline))
                    .withMessageContaining("deadline must be more than zero");
        }
    }

    static Stream<Object[]> keysThatAreMissing() {
        return Stream.of(
                new Object[]{"5.18", Cancel.fd(1), "5.19"},
                new Object[]{"5.18", Cancel.any(), "5.19"},
                new Object[]{"5.18", Cancel.userData(1).all(), "5.19"},
                new Object[]{"5.19", Cancel.fixedFile(1), "6.0"},
                new Object[]{"6.0", Cancel.opcode(Opcode.READ), "6.6"},
                new Object[]{"6.1", Cancel.fd(1).andOpcode(Opcode.READ), "6.6"},
                new Object[]{"6.1", Cancel.fd(1).andUserData(1), "6.6"},
                new Object[]{"6.1", Cancel.userData(1).andOpcode(Opcode.READ), "6.6"});
    }

    @NeedsUring
    @ParameterizedTest
    @MethodSource("keysThatAreMissing")
    void refusesKeysThatTheKernelDoesNotKnow(String kernel, Cancel cancel, String since) {
        Uring uring = KernelUnderTest.build(Uring.builder("old"), kernel);
        try {
            assertThatThrownBy(() -> uring.raw().cancel(cancel)).isInstanceOf(UnsupportedOperationException.class)
                    .hasMessage("This kernel cannot " + cancel + ", which needs Linux " + since);
            // And what it does know still goes.
            assertThat(uring.raw().cancel(Cancel.userData(1)).onErrorReturn(-1).block()).isEqualTo(-1);
        } finally {
            uring.disposeLater().block();
        }
    }

    @NeedsUring
    @ParameterizedTest
    @MethodSource("keysThatAreMissing")
    void takesKeysThatTheKernelKnows(String kernel, Cancel cancel, String since) {
        Uring uring = KernelUnderTest.build(Uring.builder("new"), since);
        try {
            // Nothing is in flight, and descriptor 1 is open: found none, by a number or an error that is not EINVAL.
            assertThat(uring.raw().cancel(cancel).map(Object::toString)
                    .onErrorResume(error -> Mono.just(error.getMessage())).block())
                    .doesNotContain("EINVAL");
        } finally {
            uring.disposeLater().block();
        }
    }
}
