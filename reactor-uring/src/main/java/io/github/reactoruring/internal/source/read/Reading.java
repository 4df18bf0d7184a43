package io.github.reactoruring.internal.source.read;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.internal.loop.DisposalBatch;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.LoopTask;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.Descriptors;
import io.github.reactoruring.internal.source.Demand;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.file.Alignment;
import io.github.reactoruring.internal.source.file.OpenHow;
import io.github.reactoruring.internal.source.file.OpenRequest;
import io.github.reactoruring.internal.source.file.SlowFilesystems;
import io.github.reactoruring.internal.sys.FileStatus;
import io.github.reactoruring.internal.sys.OpenFlags;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;

/**
 * The subscription of a file's content: a window of chunk reads, emitted in order.
 *
 * <p>Invariant: chunks in flight or buffered ≤ what is requested and not emitted, and ≤ the read-ahead.
 *
 * <p><b>Threads:</b> {@code request} and {@code cancel} any; all else the owner's.
 */
final class Reading<B> implements Subscription, Scannable, LoopTask, OpenRequest.Listener, ChunkRead.Listener {

    private final EventLoop loop;
    private final CoreSubscriber<? super B> actual;
    private final String path;
    private final ReadOptions options;
    private BufferFactory<B> buffers;
    private Alignment alignment = Alignment.NONE;
    private final int windowChunks;
    private final Demand demand;
    private final AtomicBoolean cancelled = new AtomicBoolean();

    private final ArrayDeque<ChunkRead<B>> window = new ArrayDeque<>();
    private @Nullable OpenRequest opening;
    private @Nullable OpenFile file;
    /** A file that somebody else closes. */
    private final @Nullable OpenFile lent;
    private @Nullable WaitReadable waiting;
    private boolean seekable;
    /** Whether an empty read means the end. */
    private boolean readable;
    private boolean forceAsync;
    /** Where reading ahead ends; beyond it one read at a time looks for more. */
    private long knownEnd;
    private final long limit;
    private long nextPosition;
    private boolean terminated;
    private @Nullable Throwable error;
    private boolean draining;
    private boolean drainAgain;

    Reading(EventLoop loop, CoreSubscriber<? super B> actual, String path, ReadOptions options,
            BufferFactory<B> buffers) {
        this(loop, actual, path, options, buffers, null);
    }

    private Reading(EventLoop loop, CoreSubscriber<? super B> actual, String path, ReadOptions options,
            BufferFactory<B> buffers, @Nullable OpenFile lent) {
        this.lent = lent;
        this.loop = loop;
        this.actual = actual;
        this.path = path;
        this.options = options;
        this.buffers = buffers;
        windowChunks = Math.max(1, options.readAheadBytes() / options.chunkBytes());
        nextPosition = options.position();
        long end = options.position() + options.length();
        limit = end < 0 ? Long.MAX_VALUE : end;
        demand = new Demand(loop, this::drain, this::terminate);
    }

    /** Reads a file that is open, and stays so. */
    Reading(OpenFile lent, CoreSubscriber<? super B> actual, ReadOptions options, BufferFactory<B> buffers) {
        this(lent.loop(), actual, lent.name(), options, buffers, lent);
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
            if (opening != null) {
                opening.abandon();
            }
            abandon();
        }
    }

    @Override
    public void rejected(Throwable cause) {
        // The loop is over: nothing is in flight any more, but what was read and not taken may still be here.
        ChunkRead<B> chunk;
        while ((chunk = window.poll()) != null) {
            chunk.discardTaken();
        }
    }

    @Override
    public void opened(OpenFile openedFile, FileStatus status) {
        opening = null;
        if (cancelled.get()) {
            openedFile.close();
            return;
        }
        file = openedFile;
        seekable = status.seekable();
        readable = seekable;
        knownEnd = status.regular() ? status.sizeBytes() : 0;
        forceAsync = SlowFilesystems.holds(status);
        if (!seekable && options.position() > 0) {
            terminate(new FileSystemException(path, null, "cannot be read from a position: not a regular file"));
        } else if (aligned(openedFile)) {
            drain();
        }
    }

    private boolean aligned(OpenFile openedFile) {
        try {
            alignment = Alignment.of(openedFile, how());
            alignment.check(options.position(), options.chunkBytes());
            buffers = alignment.check(buffers);
            return true;
        } catch (IllegalArgumentException e) {
            terminate(e);
            return false;
        }
    }

    private OpenHow how() {
        return new OpenHow(OpenFlags.O_RDONLY | (options.direct() ? OpenFlags.O_DIRECT : 0), 0, false, false);
    }

    @Override
    public void openFailed(Throwable cause) {
        opening = null;
        terminate(cause);
    }

    @Override
    public void chunkDone() {
        drain();
    }

    private void drain() {
        if (draining) {
            drainAgain = true;
            return;
        }
        draining = true;
        try {
            do {
                drainAgain = false;
                if (!terminated && !cancelled.get()) {
                    emit();
                    advance();
                }
            } while (drainAgain);
        } catch (Throwable t) {
            // A subscriber that throws is beyond the protocol: it counts as gone.
            cancel();
            throw t;
        } finally {
            draining = false;
        }
    }

    private void emit() {
        ChunkRead<B> head;
        while ((head = window.peek()) != null && head.done() && !terminated && !cancelled.get()) {
            if (head.filledBytes() > 0) {
                if (demand.get() == 0) {
                    return;
                }
                B buffer;
                try {
                    buffer = head.take();
                } catch (Throwable t) {
                    // No memory for the buffer: this source fails, and no other.
                    terminate(t);
                    return;
                }
                demand.produced(1);
                if (buffer != null) {
                    actual.onNext(buffer);
                }
            }
            if (cancelled.get()) {
                return;
            }
            window.remove();
            afterEmission(head);
        }
    }

    private void afterEmission(ChunkRead<B> chunk) {
        if (!seekable) {
            nextPosition += chunk.filledBytes();
        }
        Throwable failure = chunk.error();
        if (failure != null) {
            terminate(failure);
        } else if (chunk.endOfFile() || reachedEnd(seekable ? chunk.position() + chunk.filledBytes() : nextPosition)) {
            complete();
        }
    }

    /** A regular file of known size needs no empty read to tell its end. */
    private boolean reachedEnd(long position) {
        return position >= limit || knownEnd > 0 && position >= knownEnd && window.isEmpty();
    }

    private void advance() {
        if (terminated || cancelled.get() || demand.get() == 0) {
            return;
        }
        if (file == null) {
            open();
            return;
        }
        if (reachedEnd(nextPosition) && window.isEmpty()) {
            complete();
            return;
        }
        if (!readable) {
            awaitReadable(file);
            return;
        }
        while (mayReadAhead()) {
            submitChunk(file);
        }
    }

    private void awaitReadable(OpenFile source) {
        if (waiting == null) {
            waiting = new WaitReadable(source, () -> {
                readable = true;
                drain();
            }, this::terminate);
            waiting.submit();
        }
    }

    private void open() {
        if (lent != null) {
            openLent(lent);
        } else if (opening == null) {
            opening = new OpenRequest(loop, path, how(), this);
            opening.submit();
        }
    }

    private void openLent(OpenFile source) {
        FileStatus status;
        try {
            status = source.ask(Descriptors::status);
        } catch (IOException e) {
            terminate(Errors.ofPath(e, "STATX", path));
            return;
        }
        opened(source, status);
    }

    private boolean mayReadAhead() {
        if (window.isEmpty()) {
            return !reachedEnd(nextPosition);
        }
        return seekable && nextPosition < Math.min(knownEnd, limit) && window.size() < windowChunks
                && window.size() < demand.get();
    }

    private void submitChunk(OpenFile source) {
        // Of a slow filesystem not a byte more than there is: after a short read of a FUSE file opened for direct I/O,
        // the kernel's own retry reads the same bytes again and appends them.
        long end = forceAsync && knownEnd > nextPosition ? Math.min(knownEnd, limit) : limit;
        int length = (int) Math.min(options.chunkBytes(), end - nextPosition);
        ChunkRead<B> chunk = new ChunkRead<>(source, forceAsync, buffers, seekable ? nextPosition : -1, length,
                alignment.offsetBytes(), seekable ? (knownEnd > 0 ? knownEnd : Long.MAX_VALUE) : -1, this);
        if (seekable) {
            nextPosition += length;
        }
        window.add(chunk);
        chunk.submit();
    }

    private void complete() {
        if (!terminated) {
            terminated = true;
            try {
                abandon();
            } finally {
                actual.onComplete();
            }
        }
    }

    private void terminate(Throwable cause) {
        if (!terminated && !cancelled.get()) {
            terminated = true;
            error = cause;
            try {
                abandon();
            } finally {
                // Told in any case: there may be no memory for more.
                actual.onError(cause);
            }
        }
    }

    /** Disposes of what is in flight, frees what was read, and closes the file when the kernel is done with it. */
    private void abandon() {
        ChunkRead<B> chunk;
        while ((chunk = window.poll()) != null) {
            chunk.dispose();
            chunk.discardTaken();
        }
        if (waiting != null) {
            waiting.dispose();
        }
        if (file != null && file != lent) {
            file.close();
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
        if (key == Attr.BUFFERED) {
            return window.size();
        }
        if (key == Attr.CAPACITY) {
            return windowChunks;
        }
        if (key == Attr.ERROR) {
            return error;
        }
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }

    @Override
    public String toString() {
        return "FileRead(" + path + ")";
    }
}
