package io.github.reactoruring.internal.source.path;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.OneShotMono;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/**
 * Reads or writes an extended attribute of an open file (FGETXATTR, FSETXATTR), or of what a path leads to (GETXATTR,
 * SETXATTR): Linux 5.19.
 */
public final class ExtendedAttribute extends PathRequest<byte[]> {

    private static final int FIRST_TRY_BYTES = 256;
    /** XATTR_SIZE_MAX. */
    private static final int MAX_BYTES = 65_536;

    private final @Nullable OpenFile file;
    private final String path;
    private final String attribute;
    private final byte @Nullable [] newValue;
    private int roomBytes = FIRST_TRY_BYTES;
    private @Nullable MemorySegment buffer;

    private ExtendedAttribute(EventLoop loop, CoreSubscriber<? super byte[]> actual, int opcode,
            @Nullable OpenFile file,
            String path, String attribute, byte @Nullable [] newValue) {
        super(loop, actual, opcode);
        this.file = file;
        this.path = path;
        this.attribute = attribute;
        this.newValue = newValue;
    }

    /** Reads that of a path; empty when the file has none of that name. */
    public static Mono<byte[]> get(Supplier<EventLoop> loops, String path, String attribute) {
        return OneShotMono.create(loops, (ring, actual) -> new ExtendedAttribute(ring, actual,
                IoUringAbi.IORING_OP_GETXATTR, null, path, attribute, null));
    }

    /** Makes or replaces that of a path. */
    public static Mono<Void> set(Supplier<EventLoop> loops, String path, String attribute, byte[] value) {
        return OneShotMono.<byte[]>create(loops, (ring, actual) -> new ExtendedAttribute(ring, actual,
                IoUringAbi.IORING_OP_SETXATTR, null, path, attribute, value)).then();
    }

    /** Reads that of an open file; empty when it has none of that name. */
    public static Mono<byte[]> get(OpenFile file, String attribute) {
        return OneShotMono.create(file.loop(), (ring, actual) -> new ExtendedAttribute(ring, actual,
                IoUringAbi.IORING_OP_FGETXATTR, file, file.name(), attribute, null));
    }

    /** Makes or replaces that of an open file. */
    public static Mono<Void> set(OpenFile file, String attribute, byte[] value) {
        return OneShotMono.<byte[]>create(file.loop(), (ring, actual) -> new ExtendedAttribute(ring, actual,
                IoUringAbi.IORING_OP_FSETXATTR, file, file.name(), attribute, value)).then();
    }

    @Override
    protected @Nullable OpenFile file() {
        return file;
    }

    /** The kernel hands it to a worker, which looks the file up only when it gets to it. */
    @Override
    protected boolean elusive() {
        return file != null;
    }

    @Override
    protected void prepare(Sqe sqe) {
        int length = newValue == null ? roomBytes : newValue.length;
        MemorySegment value = allocate(Math.max(1, length));
        if (newValue != null) {
            MemorySegment.copy(newValue, 0, value, ValueLayout.JAVA_BYTE, 0, length);
        }
        buffer = value;
        long key = name(attribute);
        if (file != null) {
            ofFile(sqe, file, key, value.address(), length);
        } else if (newValue == null) {
            Prep.getxattr(sqe, key, value.address(), name(path), length);
        } else {
            Prep.setxattr(sqe, key, value.address(), name(path), length);
        }
    }

    private void ofFile(Sqe sqe, OpenFile open, long key, long value, int length) {
        if (newValue == null) {
            Prep.fgetxattr(sqe, open.descriptor(), key, value, length);
        } else {
            Prep.fsetxattr(sqe, open.descriptor(), key, value, length);
        }
        sqe.addFlags(open.sqeFlags());
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
        String call = newValue == null ? "GETXATTR" : "SETXATTR";
        return Errors.ofPath(errno, file == null ? call : "F" + call, path);
    }
}
