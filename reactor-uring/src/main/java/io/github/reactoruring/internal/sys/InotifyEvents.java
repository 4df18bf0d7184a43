package io.github.reactoruring.internal.sys;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Walks through what one read of an inotify descriptor gave. A cursor, reused from read to read.
 *
 * <p>struct inotify_event: {@code 0 wd s32 | 4 mask u32 | 8 cookie u32 | 12 len u32 | 16 name, padded with NULs to len}.
 */
public final class InotifyEvents {

    public static final int IN_MODIFY = 0x2;
    public static final int IN_ATTRIB = 0x4;
    public static final int IN_CLOSE_WRITE = 0x8;
    public static final int IN_MOVED_FROM = 0x40;
    public static final int IN_MOVED_TO = 0x80;
    public static final int IN_CREATE = 0x100;
    public static final int IN_DELETE = 0x200;
    public static final int IN_MOVE_SELF = 0x800;
    public static final int IN_Q_OVERFLOW = 0x4000;
    public static final int IN_IGNORED = 0x8000;
    public static final int IN_ONLYDIR = 0x0100_0000;
    public static final int IN_ISDIR = 0x4000_0000;
    public static final int IN_CLOEXEC = OpenFlags.O_CLOEXEC;

    private static final int HEADER_BYTES = 16;

    private MemorySegment events = MemorySegment.NULL;
    private int filled;
    private int next;
    private int current;

    /** Starts over with {@code bytes} of {@code memory}. */
    public void reset(MemorySegment memory, int bytes) {
        events = memory;
        filled = bytes;
        next = 0;
    }

    /** Moves to the next event; false when there is none. */
    public boolean next() {
        if (next >= filled) {
            return false;
        }
        current = next;
        next += HEADER_BYTES + field(12);
        return true;
    }

    public boolean hasNext() {
        return next < filled;
    }

    public int mask() {
        return field(4);
    }

    public int cookie() {
        return field(8);
    }

    /** Returns the name, empty for the watched directory itself. */
    public byte[] name() {
        int padded = field(12);
        int length = 0;
        while (length < padded && events.get(ValueLayout.JAVA_BYTE, current + HEADER_BYTES + length) != 0) {
            length++;
        }
        return events.asSlice(current + HEADER_BYTES, length).toArray(ValueLayout.JAVA_BYTE);
    }

    private int field(int offset) {
        return events.get(ValueLayout.JAVA_INT, current + offset);
    }
}
