package io.github.reactoruring.internal.source;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/** Reads or writes an extended attribute of what a path leads to (GETXATTR, SETXATTR: Linux 5.19). */
public final class PathAttribute extends PathRequest<byte[]> {

    private static final int FIRST_TRY_BYTES = 256;
    /** XATTR_SIZE_MAX. */
    private static final int MAX_BYTES = 65_536;

    private final String path;
    private final String attribute;
    private final byte @Nullable [] newValue;
    private int roomBytes = FIRST_TRY_BYTES;
    private @Nullable MemorySegment buffer;

    private PathAttribute(EventLoop loop, CoreSubscriber<? super byte[]> actual, String path, String attribute,
            byte @Nullable [] newValue) {
        super(loop, actual, newValue == null ? IoUringAbi.IORING_OP_GETXATTR : IoUringAbi.IORING_OP_SETXATTR);
        this.path = path;
        this.attribute = attribute;
        this.newValue = newValue;
    }

    /** Reads it; empty when the file has none of that name. */
    public static Mono<byte[]> get(EventLoop loop, String path, String attribute) {
        return OneShotMono.create(loop, (ring, actual) -> new PathAttribute(ring, actual, path, attribute, null));
    }

    /** Makes it or replaces it. */
    public static Mono<Void> set(EventLoop loop, String path, String attribute, byte[] value) {
        return OneShotMono
                .<byte[]>create(loop, (ring, actual) -> new PathAttribute(ring, actual, path, attribute, value))
                .then();
    }

    @Override
    protected void prepare(Sqe sqe) {
        int length = newValue == null ? roomBytes : newValue.length;
        MemorySegment value = allocate(Math.max(1, length));
        if (newValue != null) {
            MemorySegment.copy(newValue, 0, value, ValueLayout.JAVA_BYTE, 0, length);
        }
        buffer = value;
        sqe.opcode(opcode()).addr(name(attribute)).off(value.address()).len(length).addr3(name(path));
    }

    @Override
    protected void completed(int result, int flags) {
        if (newValue == null && result == -Errno.ERANGE && roomBytes < MAX_BYTES) {
            roomBytes = MAX_BYTES;
            if (submitAgain()) {
                return;
            }
        }
        if (newValue == null && result == -Errno.ENODATA) {
            buffer = null;
            super.completed(0, flags);
            return;
        }
        super.completed(result, flags);
    }

    @Override
    byte @Nullable [] success(int result) {
        MemorySegment value = buffer;
        return newValue != null || value == null
                ? null
                : value.asSlice(0, result).toArray(ValueLayout.JAVA_BYTE);
    }

    @Override
    IOException error(int errno) {
        return Errors.ofPath(errno, newValue == null ? "GETXATTR" : "SETXATTR", path);
    }
}
