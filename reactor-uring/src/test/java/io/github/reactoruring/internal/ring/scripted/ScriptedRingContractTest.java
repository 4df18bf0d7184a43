package io.github.reactoruring.internal.ring.scripted;

import java.util.EnumSet;
import java.util.Set;

import org.junit.jupiter.api.Nested;

import io.github.reactoruring.internal.ring.CancelContract;
import io.github.reactoruring.internal.ring.Ring;
import io.github.reactoruring.internal.ring.RingContract;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.ring.RingFixture;

/** Holds the ring of the tests to the contracts, and to none of its own rules broken by them. */
public class ScriptedRingContractTest {

    private static final Set<RingFeature> WITHOUT_MESSAGES = EnumSet
            .complementOf(EnumSet.of(RingFeature.SEND_MSG_RING));

    @Nested
    class Submitting extends RingContract {

        @Override
        protected Backend backend() {
            return new Scripted(new KernelBehaviour());
        }
    }

    @Nested
    class SubmittingWokenByAPoll extends RingContract {

        @Override
        protected Backend backend() {
            return new Scripted(new KernelBehaviour(), WITHOUT_MESSAGES);
        }
    }

    @Nested
    class Cancelling extends CancelContract {

        @Override
        protected Backend backend() {
            return new Scripted(new KernelBehaviour());
        }
    }

    @Nested
    class CancellingWokenByAPoll extends CancelContract {

        @Override
        protected Backend backend() {
            return new Scripted(new KernelBehaviour(), WITHOUT_MESSAGES);
        }
    }

    public static final class Scripted implements RingFixture.Backend {

        private final KernelBehaviour behaviour;
        private final Set<RingFeature> known;
        private ScriptedRing ring;

        public Scripted(KernelBehaviour behaviour) {
            this(behaviour, EnumSet.allOf(RingFeature.class));
        }

        Scripted(KernelBehaviour behaviour, Set<RingFeature> known) {
            this.behaviour = behaviour;
            this.known = known;
        }

        @Override
        public Ring open(int submissionEntries, int completionEntries) {
            ring = new ScriptedRing(submissionEntries, completionEntries, known).behaviour(behaviour);
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
