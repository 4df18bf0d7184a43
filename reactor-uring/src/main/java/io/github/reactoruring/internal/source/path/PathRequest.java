package io.github.reactoruring.internal.source.path;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.source.OneShot;
import io.github.reactoruring.internal.sys.CString;
import io.github.reactoruring.internal.sys.NativeMemory;
import reactor.core.CoreSubscriber;

/**
 * Works on paths. The kernel always runs it in a worker of its own: a cancel keeps it from being begun, and once begun it
 * runs to its end.
 *
 * <p>Names and buffers are allocated for each submission, and freed when the kernel is done with it.
 *
 * @param <T> the value's type
 */
abstract class PathRequest<T> extends OneShot<T> {

    private final int opcode;
    private final List<MemorySegment> memory = new ArrayList<>(3);

    PathRequest(EventLoop loop, CoreSubscriber<? super T> actual, int opcode) {
        super(loop, actual);
        this.opcode = opcode;
    }

    /** Returns the exception for {@code errno}. */
    abstract IOException error(int errno);

    /** Reads the value, none by default, of a request that succeeded. */
    @Nullable
    T success(int result) throws IOException {
        return null;
    }

    @Override
    protected final int opcode() {
        return opcode;
    }

    @Override
    protected final @Nullable T value(int result, int flags) throws IOException {
        if (result < 0) {
            throw error(-result);
        }
        return success(result);
    }

    /** Allocates a name for this submission; returns its address. */
    final long name(String text) {
        MemorySegment name = CString.allocate(text);
        memory.add(name);
        return name.address();
    }

    /** Allocates memory for this submission. */
    final MemorySegment allocate(long sizeBytes) {
        MemorySegment buffer = NativeMemory.allocate(sizeBytes, Long.BYTES);
        memory.add(buffer);
        return buffer;
    }

    @Override
    protected final void released() {
        memory.forEach(NativeMemory::free);
        memory.clear();
    }
}
