package io.github.reactoruring.internal.ring;

/** Holds completions copied out of the ring, so that the kernel has its room back before any callback runs. */
public final class CqeBatch {

    private final long[] userData;
    private final int[] results;
    private final int[] flags;
    private int size;

    public CqeBatch(int capacity) {
        userData = new long[capacity];
        results = new int[capacity];
        flags = new int[capacity];
    }

    public int size() {
        return size;
    }

    public boolean isFull() {
        return size == userData.length;
    }

    public long userData(int index) {
        return userData[index];
    }

    public int result(int index) {
        return results[index];
    }

    public int flags(int index) {
        return flags[index];
    }

    public void clear() {
        size = 0;
    }

    public void add(long cqeUserData, int result, int cqeFlags) {
        userData[size] = cqeUserData;
        results[size] = result;
        flags[size] = cqeFlags;
        size++;
    }
}
