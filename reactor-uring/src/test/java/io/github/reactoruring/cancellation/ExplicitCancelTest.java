package io.github.reactoruring.cancellation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.reactoruring.UringException;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.raw.Cancel;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.testing.ArmedRequests;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.DirectFifo;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.kernel.RawPipe;

/** Submits every legal form of an explicit cancel among eight requests, and looks at who ends. */
@NeedsUring
class ExplicitCancelTest {

    private static final Set<Long> NONE = Set.of();
    private static final Set<Long> EVERYTHING = Set.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    private final MemorySegment address = Arena.ofAuto().allocate(8);
    private RawPipe first;
    private RawPipe second;
    private @Nullable DirectFifo direct;
    private ArmedRequests armed;

    /**
     * A form of cancel.
     *
     * @param matches the user_data of all requests it matches
     * @param joinsFileAndUserData whether some kernels find nothing by it
     */
    record Form(String name, Function<ExplicitCancelTest, Cancel> cancel, Set<Long> matches,
            boolean joinsFileAndUserData) {

        Form(String name, Function<ExplicitCancelTest, Cancel> cancel, Set<Long> matches) {
            this(name, cancel, matches, false);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Form> forms() {
        return Stream.of(
                new Form("userData", test -> Cancel.userData(1), Set.of(1L)),
                new Form("pointer", test -> Cancel.pointer(test.address.reinterpret(0)), NONE),
                new Form("userData, none", test -> Cancel.userData(99), NONE),
                new Form("fd", test -> Cancel.fd(test.first.source()), Set.of(1L, 2L, 3L)),
                new Form("fd, none", test -> Cancel.fd(test.first.sink()), NONE),
                new Form("fixedFile", test -> Cancel.fixedFile(test.slot()), Set.of(7L, 8L)),
                new Form("opcode", test -> Cancel.opcode(Opcode.READ), Set.of(3L, 5L, 8L)),
                new Form("opcode of a timer", test -> Cancel.opcode(Opcode.TIMEOUT), Set.of(6L)),
                new Form("opcode, none", test -> Cancel.opcode(Opcode.RECV), NONE),
                new Form("any", test -> Cancel.any(), EVERYTHING),
                new Form("userData and opcode", test -> Cancel.userData(3).andOpcode(Opcode.READ), Set.of(3L)),
                new Form("userData and opcode, none", test -> Cancel.userData(1).andOpcode(Opcode.READ), NONE),
                new Form("opcode and userData", test -> Cancel.opcode(Opcode.READ).andUserData(5), Set.of(5L)),
                new Form("opcode and userData, none", test -> Cancel.opcode(Opcode.READ).andUserData(4), NONE),
                new Form("fd and opcode", test -> Cancel.fd(test.first.source()).andOpcode(Opcode.POLL_ADD),
                        Set.of(1L, 2L)),
                new Form("fd and opcode, none", test -> Cancel.fd(test.first.source()).andOpcode(Opcode.RECV), NONE),
                new Form("fixedFile and opcode",
                        test -> Cancel.fixedFile(test.slot()).andOpcode(Opcode.READ), Set.of(8L)),
                new Form("fd and userData", test -> Cancel.fd(test.first.source()).andUserData(2), Set.of(2L), true),
                new Form("fd and userData, none", test -> Cancel.fd(test.first.source()).andUserData(4), NONE),
                new Form("fixedFile and userData",
                        test -> Cancel.fixedFile(test.slot()).andUserData(7), Set.of(7L), true),
                new Form("fd, opcode and userData",
                        test -> Cancel.fd(test.first.source()).andOpcode(Opcode.POLL_ADD).andUserData(2),
                        Set.of(2L), true),
                new Form("fixedFile, opcode and userData",
                        test -> Cancel.fixedFile(test.slot()).andOpcode(Opcode.READ).andUserData(8),
                        Set.of(8L), true));
    }

    @BeforeEach
    void arm(@TempDir Path directory) throws Exception {
        first = new RawPipe();
        second = new RawPipe();
        boolean hasDirect = KernelUnderTest.has(RingFeature.DIRECT_DESCRIPTORS);
        direct = hasDirect ? DirectFifo.open(ring.get(), directory) : null;
        armed = new ArmedRequests(ring.get())
                .poll(1, first.source()).poll(2, first.source()).read(3, first.source())
                .poll(4, second.source()).read(5, second.source())
                .timer(6);
        if (hasDirect) {
            armed.pollSlot(7, slot()).readSlot(8, slot());
        }
        armed.await();
    }

    /** Returns the slot of the direct descriptor; any, where there is none: a cancel by slot is refused there. */
    private int slot() {
        return direct == null ? 0 : direct.slot();
    }

    @AfterEach
    void disarm() {
        armed.disposeOfTheRest();
        if (direct != null) {
            direct.close();
        }
        first.close();
        second.close();
    }

    @ParameterizedTest
    @MethodSource("forms")
    void endsOneRequestThatMatches(Form form) {
        Cancel cancel = form.cancel.apply(this);
        if (refusedAtAssembly(cancel)) {
            return;
        }
        if ((cancel.flags() & 4) != 0) {
            // ANY stands for ALL.
            assertThat(ring.get().raw().cancel(cancel).block()).isGreaterThanOrEqualTo(form.matches.size());
            assertThat(armed.awaitCancelled(form.matches.size())).isEqualTo(form.matches);
        } else if (form.matches.isEmpty() || form.joinsFileAndUserData && !FileAndUserData.matches()) {
            assertErrno(cancel, Errno.ENOENT, "nothing in flight matches");
            assertThat(armed.ended()).isEmpty();
        } else {
            assertThat(ring.get().raw().cancel(cancel).block()).isZero();
            assertThat(form.matches).containsAll(armed.awaitCancelled(1));
        }
    }

    @ParameterizedTest
    @MethodSource("forms")
    void endsAllRequestsThatMatchAndCountsThem(Form form) {
        Cancel cancel = form.cancel.apply(this).all();
        if (refusedAtAssembly(cancel)) {
            return;
        }
        Set<Long> expected = form.joinsFileAndUserData && !FileAndUserData.matches() ? NONE : form.matches;
        // An ANY also finds the poll by which an older kernel's loop is woken.
        int others = form.matches == EVERYTHING && !KernelUnderTest.has(RingFeature.SEND_MSG_RING) ? 1 : 0;

        assertThat(ring.get().raw().cancel(cancel).block()).isEqualTo(expected.size() + others);
        assertThat(armed.awaitCancelled(expected.size())).isEqualTo(expected);
    }

    @Test
    void findsNothingOnAClosedDescriptor() {
        KernelUnderTest.assume(RingFeature.CANCEL_ALL_FD_ANY);
        RawPipe closed = new RawPipe();
        closed.close();

        assertErrno(Cancel.fd(closed.source()), Errno.EBADF, "not open");
        assertErrno(Cancel.fd(closed.source()).all(), Errno.EBADF, "not open");
    }

    @Test
    void findsNothingInAnEmptySlot() {
        KernelUnderTest.assume(RingFeature.CANCEL_FD_FIXED);

        assertErrno(Cancel.fixedFile(slot() + 1), Errno.EBADF, "slot is empty");
        assertErrno(Cancel.fixedFile(slot() + 1).all(), Errno.EBADF, "slot is empty");
        assertErrno(Cancel.fixedFile(1_000_000).all(), Errno.EBADF, "slot is empty");
    }

    @Test
    void findsARequestByTheAddressThatIsItsUserData() {
        armed.timer(address.address()).await();

        assertThat(ring.get().raw().cancel(Cancel.pointer(address)).block()).isZero();
        assertThat(armed.awaitCancelled(1)).containsExactly(address.address());
    }

    @Test
    void submitsOneCancelForEachSubscriber() {
        var cancel = ring.get().raw().cancel(Cancel.userData(1));

        assertThat(cancel.block()).isZero();
        assertThatThrownBy(cancel::block).hasCauseInstanceOf(UringException.class);
        assertThat(armed.awaitCancelled(1)).containsExactly(1L);
    }

    private boolean refusedAtAssembly(Cancel cancel) {
        boolean refused = cancel.needsAllFdAny() && !KernelUnderTest.has(RingFeature.CANCEL_ALL_FD_ANY)
                || cancel.needsFixedFile() && !KernelUnderTest.has(RingFeature.CANCEL_FD_FIXED)
                || cancel.needsOpcode() && !KernelUnderTest.has(RingFeature.CANCEL_OP);
        if (refused) {
            assertThatThrownBy(() -> ring.get().raw().cancel(cancel))
                    .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("which needs Linux");
        }
        return refused;
    }

    private void assertErrno(Cancel cancel, int errno, String explanation) {
        assertThatThrownBy(() -> ring.get().raw().cancel(cancel).block()).cause()
                .isInstanceOfSatisfying(UringException.class, error -> {
                    assertThat(error.errno()).isEqualTo(errno);
                    assertThat(error.errnoName()).isEqualTo(Errno.name(errno));
                    assertThat(error.operation()).isEqualTo(cancel.toString());
                }).hasMessageContaining(explanation);
    }
}
