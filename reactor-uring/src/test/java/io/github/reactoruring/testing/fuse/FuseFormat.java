package io.github.reactoruring.testing.fuse;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Lays out the messages of FUSE (linux/fuse.h), protocol 7.31.
 *
 * <pre>
 *   request  len u32, opcode u32, unique u64, nodeid u64, uid u32, gid u32, pid u32, padding u32 │ body
 *   reply    len u32, error s32, unique u64 │ body
 * </pre>
 */
final class FuseFormat {

    static final int LOOKUP = 1;
    static final int FORGET = 2;
    static final int GETATTR = 3;
    static final int OPEN = 14;
    static final int READ = 15;
    static final int WRITE = 16;
    static final int STATFS = 17;
    static final int RELEASE = 18;
    static final int FSYNC = 20;
    static final int FLUSH = 25;
    static final int INIT = 26;
    static final int OPENDIR = 27;
    static final int READDIR = 28;
    static final int RELEASEDIR = 29;
    static final int INTERRUPT = 36;
    static final int DESTROY = 38;
    static final int BATCH_FORGET = 42;

    static final int MAX_WRITE_BYTES = 1 << 20;
    static final int ROOT = 1;

    private static final int REQUEST_HEADER_BYTES = 40;
    private static final int REPLY_HEADER_BYTES = 16;
    /** What WRITE's data comes after: fh, offset, size, write_flags, lock_owner, flags. */
    private static final int WRITE_HEADER_BYTES = 40;
    private static final int MAJOR = 7;
    private static final int MINOR = 31;
    private static final int ASYNC_READ = 1;
    private static final int BIG_WRITES = 1 << 5;
    private static final int ASYNC_DIO = 1 << 15;
    private static final int PARALLEL_DIROPS = 1 << 18;
    private static final int MAX_PAGES = 1 << 22;
    private static final int FOPEN_DIRECT_IO = 1;
    private static final int S_IFDIR = 0x4000;
    private static final int S_IFREG = 0x8000;
    private static final int PAGE_BYTES = 4096;

    private FuseFormat() {
    }

    // ---- Requests

    static int opcode(ByteBuffer request) {
        return request.getInt(4);
    }

    static long unique(ByteBuffer request) {
        return request.getLong(8);
    }

    static int node(ByteBuffer request) {
        return (int) request.getLong(16);
    }

    static String lookedUpName(ByteBuffer request) {
        byte[] name = new byte[request.limit() - REQUEST_HEADER_BYTES - 1];
        request.get(REQUEST_HEADER_BYTES, name);
        return new String(name, StandardCharsets.UTF_8);
    }

    static long offset(ByteBuffer request) {
        return request.getLong(REQUEST_HEADER_BYTES + 8);
    }

    static int sizeBytes(ByteBuffer request) {
        return request.getInt(REQUEST_HEADER_BYTES + 16);
    }

    static byte[] writtenData(ByteBuffer request) {
        byte[] data = new byte[sizeBytes(request)];
        request.get(REQUEST_HEADER_BYTES + WRITE_HEADER_BYTES, data);
        return data;
    }

    static long interrupted(ByteBuffer request) {
        return request.getLong(REQUEST_HEADER_BYTES);
    }

    // ---- Replies

    static ByteBuffer error(long unique, int errno) {
        return reply(unique, 0).putInt(4, -errno).rewind();
    }

    static ByteBuffer empty(long unique) {
        return reply(unique, 0).rewind();
    }

    /** Takes reads in parallel and of any size, and up to 1024 reads ahead of their readers. */
    static ByteBuffer init(ByteBuffer request, boolean asyncDirectIo) {
        int offered = request.getInt(REQUEST_HEADER_BYTES + 12);
        int maxReadAheadBytes = request.getInt(REQUEST_HEADER_BYTES + 8);
        return reply(unique(request), 64).putInt(MAJOR).putInt(MINOR).putInt(maxReadAheadBytes)
                .putInt(offered & (ASYNC_READ | BIG_WRITES | PARALLEL_DIROPS | MAX_PAGES
                        | (asyncDirectIo ? ASYNC_DIO : 0)))
                .putShort((short) 1024).putShort((short) 768).putInt(MAX_WRITE_BYTES).putInt(1)
                .putShort((short) (MAX_WRITE_BYTES / PAGE_BYTES)).rewind();
    }

    /** @param nameValid how long the kernel may use the name without asking again */
    static ByteBuffer entry(long unique, int node, boolean directory, long sizeBytes, Duration nameValid) {
        ByteBuffer reply = reply(unique, 128).putLong(node).putLong(1).putLong(nameValid.toSeconds()).putLong(0)
                .putInt(nameValid.toNanosPart()).putInt(0);
        return attributes(reply, node, directory, sizeBytes).rewind();
    }

    static ByteBuffer attributes(long unique, int node, boolean directory, long sizeBytes) {
        return attributes(reply(unique, 104).putLong(0).putLong(0), node, directory, sizeBytes).rewind();
    }

    private static ByteBuffer attributes(ByteBuffer reply, int node, boolean directory, long sizeBytes) {
        return reply.putLong(node).putLong(sizeBytes).putLong((sizeBytes + 511) / 512)
                .putLong(0).putLong(0).putLong(0).putInt(0).putInt(0).putInt(0)
                .putInt(directory ? S_IFDIR | 0755 : S_IFREG | 0644).putInt(1).putInt(0).putInt(0).putInt(0)
                .putInt(PAGE_BYTES).putInt(0);
    }

    static ByteBuffer opened(long unique, boolean directIo) {
        return reply(unique, 16).putLong(0).putInt(directIo ? FOPEN_DIRECT_IO : 0).putInt(0).rewind();
    }

    static ByteBuffer data(long unique, byte[] bytes) {
        return reply(unique, bytes.length).put(bytes).rewind();
    }

    static ByteBuffer written(long unique, int countBytes) {
        return reply(unique, 8).putInt(countBytes).putInt(0).rewind();
    }

    static ByteBuffer statfs(long unique) {
        return reply(unique, 80).putLong(0).putLong(0).putLong(0).putLong(0).putLong(0)
                .putInt(PAGE_BYTES).putInt(255).putInt(PAGE_BYTES).rewind();
    }

    /** Adds a directory entry; false when it does not fit. */
    static boolean putEntry(ByteBuffer entries, int node, long nextOffset, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        int paddedBytes = (bytes.length + 7) & ~7;
        if (entries.remaining() < 24 + paddedBytes) {
            return false;
        }
        entries.putLong(node).putLong(nextOffset).putInt(bytes.length).putInt(S_IFREG >> 12).put(bytes)
                .put(new byte[paddedBytes - bytes.length]);
        return true;
    }

    private static ByteBuffer reply(long unique, int bodyBytes) {
        int length = REPLY_HEADER_BYTES + bodyBytes;
        ByteBuffer reply = ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
        return reply.putInt(0, length).putLong(8, unique).position(REPLY_HEADER_BYTES);
    }
}
