package io.github.reactoruring.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.reactoruring.testing.Await;

/** Holds descriptions of requests to keeping every segment that they point to. */
class OperationMemoryTest {

    /** Gives an operation a segment in one of the places that an SQE points from. */
    private record Place(String name, Setter setter) {

        @Override
        public String toString() {
            return name;
        }
    }

    private interface Setter {

        Operation set(Operation operation, MemorySegment segment);
    }

    static Stream<Place> places() {
        return Stream.of(new Place("buffer", Operation::buffer), new Place("pointer", Operation::pointer),
                new Place("offset", Operation::offset), new Place("address3", Operation::address3),
                new Place("keeping", (operation, segment) -> operation.keeping(segment)));
    }

    private static final Operation STATX = Operation.of(Opcode.STATX).pointer(Arena.global().allocateFrom("/"));

    /** Once an object of the same age is gone, a segment that nobody keeps would be too. */
    @ParameterizedTest
    @MethodSource("places")
    void keepsWhatItPointsTo(Place place) {
        AtomicReference<WeakReference<MemorySegment>> segment = new AtomicReference<>();
        Operation kept = describe(place, segment);
        WeakReference<MemorySegment> witness = new WeakReference<>(Arena.ofAuto().allocate(256));
        Await.until("a collection", () -> {
            System.gc();
            return witness.get() == null;
        });

        assertThat(segment.get().get()).isNotNull();
        Reference.reachabilityFence(kept);
    }

    private static Operation describe(Place place, AtomicReference<WeakReference<MemorySegment>> segment) {
        MemorySegment memory = Arena.ofAuto().allocate(256);
        segment.set(new WeakReference<>(memory));
        // What is set later takes nothing back.
        return place.setter.set(STATX, memory).length(0x7ff).flags(16).operationFlags(0).fd(-100);
    }

    @ParameterizedTest
    @MethodSource("places")
    void refusesMemoryThatTheKernelCannotUse(Place place) throws InterruptedException {
        Arena closed = Arena.ofShared();
        MemorySegment gone = closed.allocate(8);
        closed.close();
        AtomicReference<MemorySegment> confined = new AtomicReference<>();
        Thread.ofPlatform().start(() -> confined.set(Arena.ofConfined().allocate(8))).join();

        assertThatIllegalArgumentException().isThrownBy(() -> place.setter.set(STATX, gone))
                .withMessageContaining("closed");
        assertThatIllegalArgumentException().isThrownBy(() -> place.setter.set(STATX, confined.get()))
                .withMessageContaining("confined to another thread");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> place.setter.set(STATX, MemorySegment.ofArray(new byte[8])))
                .withMessageContaining("native memory");
    }

    @Test
    void setsTheFieldsToItsAddresses() {
        MemorySegment memory = Arena.ofAuto().allocate(8);

        assertThat(STATX.offset(memory).fields().off()).isEqualTo(memory.address());
        assertThat(STATX.address3(memory).fields().addr3()).isEqualTo(memory.address());
        assertThat(STATX.keeping(memory).fields()).isEqualTo(STATX.fields());
    }

    @Test
    void aNumberTakesBackWhatWasKept() {
        MemorySegment memory = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG);

        assertThat(STATX.struct()).isNotNull();
        assertThat(STATX.pointer(memory).address(memory.address()).struct()).isNull();
    }
}
