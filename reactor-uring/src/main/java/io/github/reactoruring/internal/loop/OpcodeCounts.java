package io.github.reactoruring.internal.loop;

/** Counts requests in flight by opcode. */
final class OpcodeCounts {

    private int[] counts = new int[64];
    private int total;

    void add(int opcode, int delta) {
        if (opcode >= counts.length) {
            counts = java.util.Arrays.copyOf(counts, 256);
        }
        counts[opcode] += delta;
        total += delta;
    }

    int of(int opcode) {
        return opcode < counts.length ? counts[opcode] : 0;
    }

    int total() {
        return total;
    }
}
