package io.github.reactoruring.internal.ring.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Nested;

import io.github.reactoruring.internal.ring.CancelContract;
import io.github.reactoruring.internal.ring.Ring;
import io.github.reactoruring.internal.ring.RingContract;
import io.github.reactoruring.internal.ring.RingFixture;
import io.github.reactoruring.internal.sys.Syscalls;
import io.github.reactoruring.testing.kernel.NeedsUring;

/** Holds the kernel's ring to the contracts, with pipes for the files. */
@NeedsUring
class KernelRingContractTest {

    @Nested
    class Submitting extends RingContract {

        @Override
        protected Backend backend() {
            return new Kernel(KernelView.configured());
        }
    }

    @Nested
    class SubmittingWokenByAPoll extends RingContract {

        @Override
        protected Backend backend() {
            return new Kernel(KernelView.parse("6.12"));
        }
    }

    @Nested
    class Cancelling extends CancelContract {

        @Override
        protected Backend backend() {
            return new Kernel(KernelView.configured());
        }
    }

    @Nested
    class CancellingWokenByAPoll extends CancelContract {

        @Override
        protected Backend backend() {
            return new Kernel(KernelView.parse("6.12"));
        }
    }

    /** Quiet descriptors are pipes that nobody writes to. */
    static final class Kernel implements RingFixture.Backend {

        private static final MethodHandle DUP = Linker.nativeLinker().downcallHandle(
                Linker.nativeLinker().defaultLookup().find("dup").orElseThrow(),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

        private final List<Integer> open = new ArrayList<>();
        private final Map<Integer, Integer> writers = new HashMap<>();
        private final KernelView view;

        Kernel(KernelView view) {
            this.view = view;
        }

        @Override
        public Ring open(int submissionEntries, int completionEntries) throws Exception {
            return KernelRing.open(new RingConfig(submissionEntries, completionEntries, view));
        }

        @Override
        public int quietDescriptor() {
            int[] ends = new int[2];
            if (Syscalls.pipe2(ends, 0) < 0) {
                throw new AssertionError("pipe2");
            }
            open.add(ends[0]);
            open.add(ends[1]);
            writers.put(ends[0], ends[1]);
            return ends[0];
        }

        @Override
        public int dup(int descriptor) {
            try {
                int duplicate = (int) DUP.invokeExact(descriptor);
                open.add(duplicate);
                return duplicate;
            } catch (Throwable t) {
                throw new AssertionError(t);
            }
        }

        @Override
        public void closed(int descriptor) {
            open.remove((Integer) descriptor);
        }

        @Override
        public void makeReady(int descriptor) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment data = arena.allocate(1);
                if (Syscalls.write(writers.get(descriptor), data) != 1) {
                    throw new AssertionError("write");
                }
            }
        }

        @Override
        public void close() {
            open.forEach(Syscalls::close);
        }
    }
}
