package io.github.reactoruring.internal.ring;

import java.util.BitSet;
import java.util.EnumSet;
import java.util.Set;

/** Says what a ring can do. Immutable. */
public final class RingFeatures {

    private final EnumSet<RingFeature> features;
    private final BitSet opcodes;

    public RingFeatures(Set<RingFeature> features, BitSet opcodes) {
        this.features = features.isEmpty() ? EnumSet.noneOf(RingFeature.class) : EnumSet.copyOf(features);
        this.opcodes = (BitSet) opcodes.clone();
    }

    public boolean has(RingFeature feature) {
        return features.contains(feature);
    }

    /**
     * Asks for a feature.
     *
     * @param what needs it, to begin an error with
     * @throws UnsupportedOperationException if this ring lacks it
     */
    public void require(RingFeature feature, String what) {
        if (!has(feature)) {
            throw new UnsupportedOperationException(what + " needs a ring with " + feature
                    + ", which this one lacks, and the kernel's has since " + feature.kernel());
        }
    }

    public boolean supports(int opcode) {
        return opcodes.get(opcode);
    }

    @Override
    public String toString() {
        return features + " and opcodes 0.." + (opcodes.length() - 1);
    }
}
