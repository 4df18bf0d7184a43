package io.github.reactoruring.internal.source.watch;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;

import io.github.reactoruring.file.DirectoryChange;
import io.github.reactoruring.file.DirectoryChange.Kind;
import io.github.reactoruring.internal.loop.DisposalBatch;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.LoopTask;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.loop.Request;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Demand;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.InotifyEvents;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.NativeMemory;
import io.github.reactoruring.internal.sys.PathName;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;

/**
 * Reads one inotify instance as it is asked to: one READ at a time, and the next only when all of the last one is emitted.
 * What is not asked for stays in the kernel's own bounded queue, which says when it overflows.
 *
 * <p><b>Threads:</b> the owner's, but for {@code request} and {@code cancel}.
 */
final class Watching implements Subscription, Scannable, LoopTask, WatchSetup.Listener {

    private static final int BUFFER_BYTES = 32 * 1024;

    private final EventLoop loop;
    private final CoreSubscriber<? super DirectoryChange> actual;
    private final String name;
    private final Path directory;
    private final int mask;
    private final Demand demand;
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private final InotifyEvents events = new InotifyEvents();

    private @Nullable OpenFile inotify;
    private @Nullable MemorySegment memory;
    private @Nullable Read read;
    private boolean started;
    private boolean announced;
    private boolean terminated;
    private @Nullable Throwable error;
    private boolean draining;
    private boolean drainAgain;

    Watching(EventLoop loop, CoreSubscriber<? super DirectoryChange> actual, String name, Path directory, int mask) {
        this.loop = loop;
        this.actual = actual;
        this.name = name;
        this.directory = directory;
        this.mask = mask;
        demand = new Demand(loop, this::drain, this::terminate);
    }

    @Override
    public void request(long n) {
        if (Operators.validate(n)) {
            demand.add(n);
        }
    }

    @Override
    public void cancel() {
        if (cancelled.compareAndSet(false, true)) {
            DisposalBatch.dispose(loop, this);
        }
    }

    /** Runs on the owner when the source was disposed of. */
    @Override
    public void run() {
        if (!terminated) {
            abandon();
        }
    }

    @Override
    public void rejected(Throwable cause) {
        // The loop has closed, and what it had open with it.
    }

    @Override
    public void watching(OpenFile opened) {
        inotify = opened;
        if (cancelled.get() || terminated) {
            opened.close();
        } else {
            memory = NativeMemory.allocate(BUFFER_BYTES, Long.BYTES);
            drain();
        }
    }

    @Override
    public void setupFailed(Throwable cause) {
        terminate(cause);
    }

    private void drain() {
        if (draining) {
            drainAgain = true;
            return;
        }
        draining = true;
        do {
            drainAgain = false;
            step();
        } while (drainAgain);
        draining = false;
    }

    private void step() {
        if (isOver() || demand.get() == 0) {
            return;
        }
        if (!started) {
            started = true;
            new WatchSetup(loop, name, mask, this).start();
            return;
        }
        OpenFile source = inotify;
        MemorySegment into = memory;
        if (source == null || into == null) {
            return;
        }
        if (!announced) {
            announced = true;
            emit(new DirectoryChange(Kind.WATCHING, directory, true, 0));
        }
        while (!isOver() && demand.get() > 0 && events.next()) {
            emitEvent();
        }
        if (!isOver() && demand.get() > 0 && read == null) {
            read = new Read(source, into);
            read.submit();
        }
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

    private void emit(DirectoryChange change) {
        demand.produced(1);
        actual.onNext(change);
    }

    private boolean isOver() {
        return terminated || cancelled.get();
    }

    private void complete() {
        if (!isOver()) {
            terminated = true;
            abandon();
            actual.onComplete();
        }
    }

    private void terminate(Throwable cause) {
        if (!isOver()) {
            terminated = true;
            error = cause;
            abandon();
            actual.onError(cause);
        }
    }

    /** Closing the file cancels the read on it; the memory is freed when the kernel is done with it. */
    private void abandon() {
        if (read != null) {
            read.dispose();
        } else {
            freeMemory();
        }
        if (inotify != null) {
            inotify.close();
        }
    }

    private void freeMemory() {
        if (memory != null) {
            NativeMemory.free(memory);
            memory = null;
        }
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        if (key == Attr.ACTUAL) {
            return actual;
        }
        if (key == Attr.CANCELLED) {
            return cancelled.get();
        }
        if (key == Attr.TERMINATED) {
            return terminated;
        }
        if (key == Attr.REQUESTED_FROM_DOWNSTREAM) {
            return demand.get();
        }
        if (key == Attr.ERROR) {
            return error;
        }
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
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
            super(Watching.this.loop);
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
            sqe.opcode(IoUringAbi.IORING_OP_READ).flags(source.sqeFlags()).fd(source.descriptor()).off(-1)
                    .addr(into.address()).len(BUFFER_BYTES);
        }

        @Override
        protected void completed(int result, int flags) {
            read = null;
            if (result > 0) {
                events.reset(into, result);
                drain();
            } else {
                terminate(Errors.ofPath(result == 0 ? Errno.EIO : -result, "READ", source.name()));
            }
        }

        /** Leaves the memory to {@link #released}, which is not called while the kernel may still write to it. */
        @Override
        protected void failed(Throwable cause) {
            terminate(cause);
        }

        @Override
        protected void released() {
            if (read == this) {
                read = null;
            }
            if (isOver() && read == null) {
                freeMemory();
            }
        }
    }
}
