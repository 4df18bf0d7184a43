package io.github.reactoruring.internal.source.write;

import java.io.IOException;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.file.WriteOptions.Partial;
import io.github.reactoruring.file.WriteOptions.Start;
import io.github.reactoruring.file.WriteOptions.Sync;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.Descriptors;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.Step;
import io.github.reactoruring.internal.source.file.Steps;
import io.github.reactoruring.internal.source.file.Truncation;
import io.github.reactoruring.internal.sys.FileIdentity;
import io.github.reactoruring.internal.sys.FileStatus;
import io.github.reactoruring.internal.sys.OpenFlags;

/** Writes to the file of a path itself: what is written is seen at once, and may stay when the rest does not come. */
final class PathTarget implements WriteTarget {

    private static final int MODE = 0666;

    private final EventLoop loop;
    private final String path;
    private final WriteOptions options;
    private @Nullable Step pending;
    private @Nullable OpenFile file;
    private boolean regular;
    /** Known where the file may have to be deleted. */
    private @Nullable FileIdentity identity;

    PathTarget(EventLoop loop, String path, WriteOptions options) {
        this.loop = loop;
        this.path = path;
        this.options = options;
    }

    @Override
    public void open(Opening listener) {
        pending = Steps.open(loop, OpenFlags.AT_FDCWD, path, path, openFlags(), MODE, step -> {
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
            case TRUNCATE -> OpenFlags.O_TRUNC;
            case APPEND -> OpenFlags.O_APPEND;
            case POSITION -> 0;
        };
        return OpenFlags.O_WRONLY | creation | start;
    }

    private void opened(OpenFile openedFile, Opening listener) {
        file = openedFile;
        FileStatus status;
        try {
            status = openedFile.ask(Descriptors::status);
            identity = options.partial() == Partial.DELETE ? openedFile.ask(Descriptors::identity) : null;
        } catch (IOException e) {
            abandon(-1, () -> listener.openFailed(Errors.ofPath(e, "STATX", path)));
            return;
        }
        regular = status.regular();
        listener.opened(openedFile, status);
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
                if (error == null) {
                    close(written, ended);
                } else {
                    ended.accept(error);
                }
            });
        }
    }

    private void close(OpenFile open, Consumer<@Nullable Throwable> ended) {
        file = null;
        open.close(result -> ended.accept(result < 0 ? Errors.ofPath(-result, "CLOSE", path) : null));
    }

    @Override
    public void abandon(long wholeUntil, Runnable ended) {
        OpenFile open = file;
        boolean deletes = options.partial() == Partial.DELETE && regular;
        if (deletes && open != null) {
            // Until it is closed no other file gets its inode.
            open.hold();
            delete(() -> {
                open.letGo();
                close(open, error -> ended.run());
            });
        } else if (deletes) {
            delete(ended);
        } else if (open == null) {
            ended.run();
        } else if (wholeUntil >= 0 && regular && options.start() == Start.TRUNCATE
                && options.partial() == Partial.KEEP) {
            Truncation.run(open, wholeUntil, error -> close(open, closeError -> ended.run()));
        } else {
            close(open, error -> ended.run());
        }
    }

    /** Removes the name if it is still that of the file that was written: somebody may have put another in its place. */
    private void delete(Runnable ended) {
        FileIdentity written = identity;
        Steps.identify(loop, path, (step, status) -> {
            boolean same = step.error() == null && written != null
                    && FileIdentity.read(status).isSameFile(written);
            if (same) {
                Steps.unlink(loop, OpenFlags.AT_FDCWD, path, path, unlinked -> ended.run());
            } else {
                ended.run();
            }
        });
    }

    @Override
    public void dispose() {
        Step step = pending;
        if (step != null) {
            step.dispose();
        }
    }

    @Override
    public String toString() {
        return path;
    }
}
