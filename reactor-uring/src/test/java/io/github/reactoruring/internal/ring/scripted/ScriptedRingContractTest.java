package io.github.reactoruring.internal.ring.scripted;

import org.junit.jupiter.api.Nested;

import io.github.reactoruring.internal.ring.CancelContract;
import io.github.reactoruring.internal.ring.Ring;
import io.github.reactoruring.internal.ring.RingContract;
import io.github.reactoruring.internal.ring.RingFixture;

/** Holds the ring of the tests to the contracts, and to none of its own rules broken by them. */
public class ScriptedRingContractTest {

    @Nested
    class Submitting extends RingContract {

        @Override
        protected Backend backend() {
            return new Scripted(new KernelBehaviour());
        }
    }

    @Nested
    class Cancelling extends CancelContract {

        @Override
        protected Backend backend() {
            return new Scripted(new KernelBehaviour());
        }
    }

    public static final class Scripted implements RingFixture.Backend {

        private final KernelBehaviour behaviour;
        private ScriptedRing ring;

        public Scripted(KernelBehaviour behaviour) {
            this.behaviour = behaviour;
        }

        @Override
        public Ring open(int submissionEntries, int completionEntries) {
            ring = new ScriptedRing(submissionEntries, completionEntries).behaviour(behaviour);
            return ring;
        }

        @Override
        public int quietDescriptor() {
            return ring.files().create("quiet", KernelFile.Kind.STREAM);
        }

        @Override
        public int dup(int descriptor) {
            return ring.files().dup(descriptor);
        }

        @Override
        public void makeReady(int descriptor) {
            ring.kernel().makeReady(ring.files().file(descriptor));
        }

        @Override
        public void close() {
            ring.violations().assertNone();
        }
    }
}
