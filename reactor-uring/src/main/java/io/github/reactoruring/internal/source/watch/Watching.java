package io.github.reactoruring.internal.source.watch;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.file.DirectoryChange;
import io.github.reactoruring.file.DirectoryChange.Kind;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.loop.Request;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.OwnerDrain;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.InotifyEvents;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.NativeMemory;
import io.github.reactoruring.internal.sys.PathName;
import reactor.core.CoreSubscriber;

/**
 * Reads one inotify instance as it is asked to: one READ at a time, and the next only when all of the last one is emitted.
 * What is not asked for stays in the kernel's own bounded queue, which says when it overflows.
 *
 * <p><b>Threads:</b> the owner's, but for {@code request} and {@code cancel}.
 */
final class Watching extends OwnerDrain<DirectoryChange> implements WatchSetup.Listener {

    private static final int BUFFER_BYTES = 32 * 1024;

    private final String name;
    private final Path directory;
    private final int mask;
    private final InotifyEvents events = new InotifyEvents();

    private @Nullable OpenFile inotify;
    private @Nullable MemorySegment memory;
    private @Nullable Read read;
    private boolean started;
    private boolean announced;

    Watching(EventLoop loop, CoreSubscriber<? super DirectoryChange> actual, String name, Path directory, int mask) {
        super(loop, actual);
        this.name = name;
        this.directory = directory;
        this.mask = mask;
    }

    @Override
    public void watching(OpenFile opened) {
        inotify = opened;
        if (isOver()) {
            opened.close();
        } else {
            drain();
        }
    }

    @Override
    public void setupFailed(Throwable cause) {
        fail(cause);
    }

    @Override
    protected void step() {
        if (!wanted()) {
            return;
        }
        if (!started) {
            started = true;
            new WatchSetup(loop(), name, mask, this).start();
            return;
        }
        OpenFile source = inotify;
        if (source == null) {
            return;
        }
        if (!announced) {
            announced = true;
            emit(new DirectoryChange(Kind.WATCHING, directory, true, 0));
        }
        while (wanted() && events.next()) {
            emitEvent();
        }
        if (wanted() && read == null) {
            read = new Read(source, memory());
            read.submit();
        }
    }

    private MemorySegment memory() {
        MemorySegment buffer = memory;
        if (buffer == null) {
            buffer = NativeMemory.allocate(BUFFER_BYTES, Long.BYTES);
            memory = buffer;
        }
        return buffer;
    }

    private void emitEvent() {
        int eventMask = events.mask();
        if ((eventMask & InotifyEvents.IN_IGNORED) != 0) {
            // The directory is gone, or what it was mounted on.
            complete();
            return;
        }
        byte[] entry = events.name();
        Path path = entry.length == 0 ? directory : directory.resolve(PathName.path(entry));
        boolean isDirectory = entry.length == 0 || (eventMask & InotifyEvents.IN_ISDIR) != 0;
        int bits = eventMask & (mask & ~InotifyEvents.IN_ONLYDIR | InotifyEvents.IN_Q_OVERFLOW);
        if (bits != 0) {
            emit(new DirectoryChange(ChangeKinds.of(bits), path, isDirectory, events.cookie()));
        }
    }

    /** Closing the file cancels the read on it; the memory is freed when the kernel is done with it. */
    @Override
    protected void stop() {
        if (read != null) {
            read.dispose();
        }
        if (inotify != null) {
            inotify.close();
        }
    }

    @Override
    protected void free() {
        if (read == null && memory != null) {
            NativeMemory.free(memory);
            memory = null;
        }
    }

    @Override
    public String toString() {
        return "Watch(" + PathName.printable(name) + ")";
    }

    /** One READ. */
    private final class Read extends Request {

        private final OpenFile source;
        private final MemorySegment into;

        Read(OpenFile source, MemorySegment into) {
            super(Watching.this.loop());
            this.source = source;
            this.into = into;
        }

        @Override
        protected int opcode() {
            return IoUringAbi.IORING_OP_READ;
        }

        @Override
        protected OpenFile file() {
            return source;
        }

        @Override
        protected void prepare(Sqe sqe) {
            Prep.read(sqe, source.descriptor(), into.address(), BUFFER_BYTES, -1).addFlags(source.sqeFlags());
        }

        @Override
        protected void completed(int result, int flags) {
            read = null;
            if (result > 0) {
                events.reset(into, result);
                drain();
            } else {
                fail(Errors.ofPath(result == 0 ? Errno.EIO : -result, "READ", source.name()));
            }
        }

        /** Leaves the memory to {@link #released}, which is not called while the kernel may still write to it. */
        @Override
        protected void failed(Throwable cause) {
            fail(cause);
        }

        @Override
        protected void released() {
            if (read == this) {
                read = null;
            }
            if (isOver()) {
                free();
            }
        }
    }
}
