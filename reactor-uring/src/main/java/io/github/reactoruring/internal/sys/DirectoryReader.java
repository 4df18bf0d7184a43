package io.github.reactoruring.internal.sys;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Reads a directory's entries with their types, in the kernel's order, without "." and "..". Every call may block.
 *
 * <p>struct linux_dirent64: {@code 0 d_ino u64 | 8 d_off s64 | 16 d_reclen u16 | 18 d_type u8 | 19 d_name, NUL}.
 *
 * <p><b>Threads:</b> one at a time.
 */
public final class DirectoryReader implements AutoCloseable {

    private static final int BUFFER_BYTES = 32 * 1024;

    private final int descriptor;
    private final MemorySegment buffer = NativeMemory.allocate(BUFFER_BYTES, Long.BYTES);
    private int filled;
    private int offset;
    private byte[] name = {};
    private int type;
    private boolean closed;

    private DirectoryReader(int descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * Opens a directory.
     *
     * @param follow whether a symbolic link is followed
     */
    public static DirectoryReader open(String path, boolean follow) throws ErrnoException {
        MemorySegment nativePath = CString.allocate(path);
        int flags = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_CLOEXEC
                | (follow ? 0 : OpenFlags.O_NOFOLLOW);
        int descriptor = FileCalls.open(nativePath, flags);
        NativeMemory.free(nativePath);
        if (descriptor < 0) {
            throw new ErrnoException(-descriptor, "open");
        }
        return new DirectoryReader(descriptor);
    }

    /** Moves to the next entry; false when there is none. */
    public boolean next() throws ErrnoException {
        while (true) {
            if (offset == filled) {
                filled = 0;
                offset = 0;
                int result = FileCalls.getdents(descriptor, buffer);
                if (result < 0) {
                    throw new ErrnoException(-result, "getdents64");
                }
                if (result == 0) {
                    return false;
                }
                filled = result;
            }
            int entry = offset;
            offset += Short.toUnsignedInt(buffer.get(ValueLayout.JAVA_SHORT, entry + 16L));
            if (readName(entry + 19)) {
                // d_type has them without the mode's other bits.
                type = buffer.get(ValueLayout.JAVA_BYTE, entry + 18L) << 12;
                if (type == 0) {
                    type = lookUpType(entry + 19);
                }
                return true;
            }
        }
    }

    private boolean readName(int from) {
        int length = 0;
        while (buffer.get(ValueLayout.JAVA_BYTE, from + length) != 0) {
            length++;
        }
        name = buffer.asSlice(from, length).toArray(ValueLayout.JAVA_BYTE);
        return !(name[0] == '.' && (length == 1 || length == 2 && name[1] == '.'));
    }

    /** Asks for what the filesystem did not say; 0 for an entry that is gone by now. */
    private int lookUpType(int nameOffset) {
        MemorySegment status = NativeMemory.allocate(Statx.BYTES, Long.BYTES);
        try {
            int result = Syscalls.statx(descriptor, buffer.asSlice(nameOffset), Statx.SYMLINK_NOFOLLOW,
                    Statx.STATX_TYPE,
                    status);
            return result < 0 ? 0 : Statx.type(Statx.mode(status));
        } finally {
            NativeMemory.free(status);
        }
    }

    /** Returns the current entry's name. */
    public byte[] name() {
        return name;
    }

    /** Returns the current entry's type, S_IF*, or 0. */
    public int type() {
        return type;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            NativeMemory.free(buffer);
            Syscalls.close(descriptor);
        }
    }
}
