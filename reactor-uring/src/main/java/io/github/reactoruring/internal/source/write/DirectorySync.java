package io.github.reactoruring.internal.source.write;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.source.Step;
import io.github.reactoruring.internal.source.file.Steps;
import io.github.reactoruring.internal.sys.OpenFlags;

/**
 * Has the directory of a path written to the disk, so that the name is there after a crash.
 *
 * <p>Of a symbolic link that led nowhere it is the link's directory, not the one where the file was made.
 *
 * <p><b>Threads:</b> the owner's.
 */
final class DirectorySync {

    private final EventLoop loop;
    private final String path;
    private final Consumer<@Nullable Throwable> ended;
    private @Nullable Step pending;

    private DirectorySync(EventLoop loop, String path, Consumer<@Nullable Throwable> ended) {
        this.loop = loop;
        this.path = path;
        this.ended = ended;
    }

    /** Starts it; {@code ended} gets what went wrong, or null. */
    static DirectorySync start(EventLoop loop, String filePath, Consumer<@Nullable Throwable> ended) {
        DirectorySync sync = new DirectorySync(loop, directory(filePath), ended);
        sync.open();
        return sync;
    }

    /** Returns the name of the directory that {@code path} names something in. */
    static String directory(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "." : path.substring(0, Math.max(1, slash));
    }

    private void open() {
        pending = Steps.open(loop, null, path, path, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0,
                OpenFile::close, step -> {
                    Throwable error = step.error();
                    if (error == null) {
                        sync(new OpenFile(loop, step.result(), false, path));
                    } else {
                        ended.accept(error);
                    }
                });
    }

    private void sync(OpenFile directory) {
        pending = Steps.syncDirectory(directory, step -> {
            Throwable error = step.error();
            directory.close(closed -> ended.accept(error));
        });
    }

    /** Hastens the step under way. */
    void dispose() {
        if (pending != null) {
            pending.dispose();
        }
    }
}
