package io.github.reactoruring.internal.source.read;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.ArrayDeque;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.Descriptors;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.OwnerDrain;
import io.github.reactoruring.internal.source.buffer.LeasedElement;
import io.github.reactoruring.internal.source.file.Alignment;
import io.github.reactoruring.internal.source.file.OpenHow;
import io.github.reactoruring.internal.source.file.OpenRequest;
import io.github.reactoruring.internal.source.file.Overwriting;
import io.github.reactoruring.internal.source.file.SlowFilesystems;
import io.github.reactoruring.internal.sys.FileStatus;
import io.github.reactoruring.internal.sys.OpenFlags;
import reactor.core.CoreSubscriber;

/**
 * The subscription of a file's content: a window of chunk reads, emitted in order.
 *
 * <p>Invariant: chunks in flight or buffered ≤ what is requested and not emitted, and ≤ the read-ahead.
 *
 * <p><b>Threads:</b> {@code request} and {@code cancel} any; all else the owner's.
 */
final class Reading<B> extends OwnerDrain<B> implements OpenRequest.Listener, ChunkRead.Listener {

    private final String path;
    private final ReadOptions options;
    private BufferFactory<B> buffers;
    private Alignment alignment = Alignment.NONE;
    private final int windowChunks;

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

    Reading(EventLoop loop, CoreSubscriber<? super B> actual, String path, ReadOptions options,
            BufferFactory<B> buffers) {
        this(loop, actual, path, options, buffers, null);
    }

    private Reading(EventLoop loop, CoreSubscriber<? super B> actual, String path, ReadOptions options,
            BufferFactory<B> buffers, @Nullable OpenFile lent) {
        super(loop, actual);
        this.lent = lent;
        this.path = path;
        this.options = options;
        this.buffers = buffers;
        windowChunks = Math.max(1, options.readAheadBytes() / options.chunkBytes());
        nextPosition = options.position();
        long end = options.position() + options.length();
        limit = end < 0 ? Long.MAX_VALUE : end;
    }

    /** Reads a file that is open, and stays so. */
    Reading(OpenFile lent, CoreSubscriber<? super B> actual, ReadOptions options, BufferFactory<B> buffers) {
        this(lent.loop(), actual, lent.name(), options, buffers, lent);
    }

    @Override
    public void opened(OpenFile openedFile, FileStatus status) {
        opening = null;
        if (isOver()) {
            if (openedFile != lent) {
                openedFile.close();
            }
            return;
        }
        file = openedFile;
        seekable = status.seekable();
        readable = seekable;
        knownEnd = status.regular() ? status.sizeBytes() : 0;
        forceAsync = SlowFilesystems.holds(status);
        if (!seekable && options.position() > 0) {
            fail(new FileSystemException(path, null, "cannot be read from a position: not a regular file"));
        } else if (mayBeRead(openedFile) && aligned(openedFile)) {
            drain();
        }
    }

    private boolean mayBeRead(OpenFile openedFile) {
        try {
            Overwriting.beginToRead(openedFile, context());
            return true;
        } catch (IOException e) {
            fail(Errors.ofPath(e, "STATX", path));
        } catch (Throwable t) {
            // The subscriber's own context.
            fail(t);
        }
        return false;
    }

    private boolean aligned(OpenFile openedFile) {
        try {
            alignment = Alignment.of(openedFile, how());
            alignment.check(options.position(), options.chunkBytes());
            buffers = alignment.check(buffers);
            return true;
        } catch (IllegalArgumentException e) {
            fail(e);
            return false;
        }
    }

    private OpenHow how() {
        return new OpenHow(OpenFlags.O_RDONLY | (options.direct() ? OpenFlags.O_DIRECT : 0), 0, false, false);
    }

    @Override
    public void openFailed(Throwable cause) {
        opening = null;
        fail(cause);
    }

    @Override
    public void chunkDone() {
        drain();
    }

    @Override
    protected void step() {
        emitInOrder();
        advance();
    }

    private void emitInOrder() {
        ChunkRead<B> head;
        while (!isOver() && (head = window.peek()) != null && head.done()) {
            if (head.filledBytes() > 0 && !wanted()) {
                return;
            }
            window.remove();
            LeasedElement<B> filled = head.filled();
            if (filled != null) {
                // Where there is no memory for the buffer, this throws: the source fails, and no other.
                emit(filled);
            }
            afterEmission(head);
        }
    }

    private void afterEmission(ChunkRead<B> chunk) {
        if (!seekable) {
            nextPosition += chunk.filledBytes();
        }
        Throwable failure = chunk.error();
        if (failure != null) {
            fail(failure);
        } else if (chunk.endOfFile() || reachedEnd(seekable ? chunk.position() + chunk.filledBytes() : nextPosition)) {
            complete();
        }
    }

    /** A regular file of known size needs no empty read to tell its end. */
    private boolean reachedEnd(long position) {
        return position >= limit || knownEnd > 0 && position >= knownEnd && window.isEmpty();
    }

    private void advance() {
        if (!wanted()) {
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
            }, this::fail);
            waiting.submit();
        }
    }

    private void open() {
        if (lent != null) {
            openLent(lent);
        } else if (opening == null) {
            opening = new OpenRequest(loop(), path, how(), this);
            opening.submit();
        }
    }

    private void openLent(OpenFile source) {
        FileStatus status;
        try {
            status = source.ask(Descriptors::status);
        } catch (IOException e) {
            fail(Errors.ofPath(e, "STATX", path));
            return;
        }
        opened(source, status);
    }

    private boolean mayReadAhead() {
        if (window.isEmpty()) {
            return !reachedEnd(nextPosition);
        }
        return seekable && nextPosition < Math.min(knownEnd, limit) && window.size() < windowChunks
                && window.size() < demanded();
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

    /** The file is closed when the kernel is done with it. */
    @Override
    protected void stop() {
        if (opening != null) {
            opening.abandon();
        }
        window.forEach(ChunkRead::dispose);
        if (waiting != null) {
            waiting.dispose();
        }
        if (file != null && file != lent) {
            file.close();
        }
    }

    @Override
    protected void free() {
        ChunkRead<B> chunk;
        while ((chunk = window.poll()) != null) {
            chunk.freeFilled();
        }
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        if (key == Attr.BUFFERED) {
            return window.size();
        }
        return key == Attr.CAPACITY ? windowChunks : super.scanUnsafe(key);
    }

    @Override
    public String toString() {
        return "FileRead(" + path + ")";
    }
}
