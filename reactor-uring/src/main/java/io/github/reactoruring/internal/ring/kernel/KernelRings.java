package io.github.reactoruring.internal.ring.kernel;

import io.github.reactoruring.internal.ring.Ring;
import io.github.reactoruring.internal.ring.RingProvider;
import io.github.reactoruring.internal.sys.ErrnoException;

/**
 * Opens the kernel's rings.
 *
 * @param view which kernel's features they use
 */
public record KernelRings(KernelView view) implements RingProvider {

    @Override
    public Ring open(int submissionEntries, int completionEntries) throws ErrnoException {
        return KernelRing.open(new RingConfig(submissionEntries, completionEntries, view));
    }
}
