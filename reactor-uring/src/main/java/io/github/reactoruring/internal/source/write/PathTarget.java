package io.github.reactoruring.internal.source.write;

import java.nio.file.FileSystemException;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.file.WriteOptions.Creation;
import io.github.reactoruring.file.WriteOptions.Partial;
import io.github.reactoruring.file.WriteOptions.Start;
import io.github.reactoruring.file.WriteOptions.Sync;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.Descriptors;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.Step;
import io.github.reactoruring.internal.source.file.Overwriting;
import io.github.reactoruring.internal.source.file.SlowFilesystems;
import io.github.reactoruring.internal.source.file.Steps;
import io.github.reactoruring.internal.source.file.Truncation;
import io.github.reactoruring.internal.sys.FileIdentity;
import io.github.reactoruring.internal.sys.FileStatus;
import io.github.reactoruring.internal.sys.OpenFlags;
import reactor.util.context.Context;

/**
 * Writes to the file of a path itself: what is written is seen at once, and may stay when the rest does not come.
 *
 * <p>What the file held is gone when the first byte is there, or the end, and not before: a source that fails at once costs
 * nothing, and one that reads the file itself can be refused.
 */
final class PathTarget implements WriteTarget {

    private final EventLoop loop;
    private final String path;
    private final WriteOptions options;
    private final int mode;
    private @Nullable Step pending;
    private @Nullable DirectorySync directorySync;
    private @Nullable OpenFile file;
    private boolean regular;
    /** Known where the file may have to be deleted, or emptied. */
    private @Nullable FileIdentity identity;
    /** Whether the file was there, and holds what it held. */
    private boolean untouched;
    /** That the file is to be emptied; any thread. */
    private volatile @Nullable Overwriting overwriting;

    /** @param mode what a new file may be used for, less the umask */
    PathTarget(EventLoop loop, String path, WriteOptions options, int mode) {
        this.loop = loop;
        this.path = path;
        this.options = options;
        this.mode = mode;
    }

    @Override
    public void open(Opening listener) {
        pending = Steps.open(loop, null, path, path, openFlags(), mode, this::openedLate, step -> {
            pending = null;
            Throwable error = step.error();
            if (error == null) {
                opened(new OpenFile(loop, step.result(), false, path).closedByWorker(), listener);
            } else {
                listener.openFailed(error);
            }
        });
    }

    private int openFlags() {
        int creation = switch (options.creation()) {
            case NEVER -> 0;
            case IF_MISSING -> OpenFlags.O_CREAT;
            case NEW -> OpenFlags.O_CREAT | OpenFlags.O_EXCL;
        };
        int start = switch (options.start()) {
            case APPEND -> OpenFlags.O_APPEND;
            case TRUNCATE, POSITION -> 0;
        };
        return OpenFlags.O_WRONLY | creation | start;
    }

    /** A file that comes when nobody waits for it any more ends as that of a write which was cancelled. */
    private void openedLate(OpenFile late) {
        opened(late.closedByWorker(), new Opening() {
            @Override
            public void opened(OpenFile file, FileStatus status) {
                abandon(-1, () -> {
                });
            }

            @Override
            public void openFailed(Throwable cause) {
                // It is told already.
            }
        });
    }

    private void opened(OpenFile openedFile, Opening listener) {
        file = openedFile;
        FileStatus status;
        try {
            status = openedFile.ask(Descriptors::status);
            boolean empties = empties(status);
            if (empties || options.partial() == Partial.DELETE) {
                FileIdentity found = openedFile.ask(Descriptors::identity);
                identity = found;
                untouched = empties;
                overwriting = empties ? new Overwriting(found, path) : null;
            }
        } catch (Throwable t) {
            abandon(-1, () -> listener.openFailed(Errors.ofPath(t, "STATX", path)));
            return;
        }
        regular = status.regular();
        listener.opened(openedFile, status);
    }

    /** Of a slow filesystem's file the size at hand may be old. */
    private boolean empties(FileStatus status) {
        return options.start() == Start.TRUNCATE && options.creation() != Creation.NEW && status.regular()
                && (status.sizeBytes() > 0 || SlowFilesystems.holds(status));
    }

    @Override
    public Context context(Context around) {
        Overwriting write = overwriting;
        return write == null ? around : write.in(around);
    }

    @Override
    public void begin(Consumer<@Nullable Throwable> ended) {
        Overwriting write = overwriting;
        OpenFile open = file;
        if (write == null || open == null) {
            ended.accept(null);
            return;
        }
        try {
            write.check();
        } catch (FileSystemException e) {
            ended.accept(e);
            return;
        }
        Truncation.run(open, 0, error -> {
            // What could not be emptied holds what it held.
            untouched = error != null;
            ended.accept(error);
        });
    }

    @Override
    public void commit(Consumer<@Nullable Throwable> ended) {
        OpenFile written = file;
        if (written == null) {
            ended.accept(null);
        } else if (options.sync() == Sync.NONE) {
            close(written, ended);
        } else {
            pending = Steps.sync(written, options.sync() == Sync.DATA, step -> {
                pending = null;
                Throwable error = step.error();
                if (error != null) {
                    ended.accept(error);
                } else if (options.sync() == Sync.ALL && options.creation() != Creation.NEVER) {
                    syncDirectory(written, ended);
                } else {
                    close(written, ended);
                }
            });
        }
    }

    /** A new name is on the disk only when its directory is; whether it is a new one the kernel does not tell. */
    private void syncDirectory(OpenFile written, Consumer<@Nullable Throwable> ended) {
        pending = null;
        directorySync = DirectorySync.start(loop, path, error -> {
            directorySync = null;
            if (error == null) {
                close(written, ended);
            } else {
                ended.accept(error);
            }
        });
    }

    private void close(OpenFile open, Consumer<@Nullable Throwable> ended) {
        file = null;
        open.close(result -> ended.accept(result < 0 ? Errors.ofPath(-result, "CLOSE", path) : null));
    }

    @Override
    public void abandon(long wholeUntil, Runnable ended) {
        OpenFile open = file;
        boolean deletes = options.partial() == Partial.DELETE && regular && !untouched;
        FileIdentity written = identity;
        if (deletes && written != null) {
            // The name first, if it is still the file's: somebody may have put another in its place.
            Steps.unlinkIfSame(loop, path, open, written,
                    open == null ? ended : () -> close(open, error -> ended.run()));
        } else if (open == null) {
            ended.run();
        } else if (wholeUntil >= 0 && regular && options.start() == Start.TRUNCATE
                && options.partial() == Partial.KEEP) {
            Truncation.run(open, wholeUntil, error -> close(open, closeError -> ended.run()));
        } else {
            close(open, error -> ended.run());
        }
    }

    @Override
    public void dispose() {
        Step step = pending;
        if (step != null) {
            step.dispose();
        }
        if (directorySync != null) {
            directorySync.dispose();
        }
    }

    @Override
    public String toString() {
        return path;
    }
}
