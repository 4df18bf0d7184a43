package io.github.reactoruring.internal.ring.scripted;

import org.jspecify.annotations.Nullable;

/** An open file of the scripted kernel (struct file): what a cancel by FD compares, whatever number names it. */
public final class KernelFile {

    /** Says how an operation on it waits. */
    public enum Kind {
        /** Has content; reads are done at once or wait for the device. */
        REGULAR,
        /** Reads wait until there is data. */
        STREAM,
        /** Is the eventfd of the wake-ups. */
        EVENT
    }

    private final String name;
    private final Kind kind;
    private byte @Nullable [] content;
    private long position;
    private boolean readable;

    KernelFile(String name, Kind kind) {
        this.name = name;
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** Gives it content; a stream has a pattern that never ends. */
    public KernelFile content(byte[] bytes) {
        content = bytes;
        return this;
    }

    void readable() {
        readable = true;
    }

    boolean isReadable() {
        return readable;
    }

    /** Returns how many bytes a read of {@code length} at {@code offset} (-1: the current position) gets. */
    int readable(long offset, int length) {
        byte[] bytes = content;
        return bytes == null ? length : Math.clamp(bytes.length - at(offset), 0, length);
    }

    /** Takes {@code length} bytes, moving the position where {@code offset} is -1. */
    public byte[] read(long offset, int length) {
        byte[] bytes = new byte[length];
        long from = at(offset);
        for (int i = 0; i < length; i++) {
            bytes[i] = byteAt(from + i);
        }
        if (offset == -1) {
            position += length;
        }
        return bytes;
    }

    private long at(long offset) {
        return offset == -1 ? position : offset;
    }

    private byte byteAt(long offset) {
        byte[] bytes = content;
        return bytes == null ? pattern(offset) : bytes[(int) offset];
    }

    /** Returns what a stream gives at {@code offset}. */
    public static byte pattern(long offset) {
        return (byte) (offset * 31 + (offset >>> 8));
    }

    @Override
    public String toString() {
        return name;
    }
}
