package io.github.reactoruring.internal.ring;

import org.junit.jupiter.api.Nested;

/** Holds the ring of the tests to the contracts, and to none of its own rules broken by them. */
class ScriptedRingContractTest {

    @Nested
    class Submitting extends RingContract {

        @Override
        Backend backend() {
            return new Scripted(new KernelBehaviour());
        }
    }

    @Nested
    class Cancelling extends CancelContract {

        @Override
        Backend backend() {
            return new Scripted(new KernelBehaviour());
        }
    }

    static final class Scripted implements RingFixture.Backend {

        private final KernelBehaviour behaviour;
        private ScriptedRing ring;

        Scripted(KernelBehaviour behaviour) {
            this.behaviour = behaviour;
        }

        @Override
        public Ring open(int submissionEntries, int completionEntries) {
            ring = new ScriptedRing(submissionEntries, completionEntries, RingFixture.WAKE).behaviour(behaviour);
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
