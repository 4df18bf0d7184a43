package io.github.reactoruring.internal.loop;

/** Counts requests in flight by opcode. */
final class OpcodeCounts {

    /** One for each opcode that an SQE can name. */
    static final int ANY = 256;
    /** One for each opcode that the library itself uses. */
    static final int OWN = 64;

    private final int[] counts;
    private int total;

    /** @param opcodes how many there are: to make room for more would take memory in the middle of a turn */
    OpcodeCounts(int opcodes) {
        counts = new int[opcodes];
    }

    void add(int opcode, int delta) {
        counts[opcode] += delta;
        total += delta;
    }

    int of(int opcode) {
        return counts[opcode];
    }

    int total() {
        return total;
    }
}
