package io.github.reactoruring.internal.ring.scripted;

import java.util.ArrayDeque;
import java.util.Arrays;

/** Holds what a test has written down for the coming enters; what it has not, the behaviour decides. */
final class EnterScript {

    private final ScriptedKernel kernel;
    private final ArrayDeque<Integer> refusals = new ArrayDeque<>();
    private final ArrayDeque<Integer> waitFailures = new ArrayDeque<>();
    private final ArrayDeque<Integer> takeLimits = new ArrayDeque<>();

    EnterScript(ScriptedKernel kernel) {
        this.kernel = kernel;
    }

    void refuse(int... errnos) {
        Arrays.stream(errnos).forEach(refusals::add);
    }

    void failWait(int... errnos) {
        Arrays.stream(errnos).forEach(waitFailures::add);
    }

    void takeAtMost(int... limits) {
        Arrays.stream(limits).forEach(takeLimits::add);
    }

    /** Returns zero or a negated errno. */
    int refusal(int offered) {
        if (offered == 0) {
            return 0;
        }
        return refusals.isEmpty() ? kernel.behaviour().refuse(offered) : -refusals.remove();
    }

    int waitFailure() {
        return waitFailures.isEmpty() ? kernel.behaviour().interruptWait() : -waitFailures.remove();
    }

    int limit(int offered) {
        return takeLimits.isEmpty() ? kernel.behaviour().take(offered) : Math.min(offered, takeLimits.remove());
    }
}
