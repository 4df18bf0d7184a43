package io.github.reactoruring.internal.source.watch;

import java.io.IOException;
import java.nio.file.FileSystemException;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.LoopTask;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.Descriptors;
import io.github.reactoruring.internal.source.Elsewhere;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.PathName;

/**
 * Makes an inotify instance with one watch, off the ring, since inotify_add_watch(2) looks the path up; then hands it to
 * the ring. Always hands something over, so that no instance is lost.
 */
final class WatchSetup implements Runnable, LoopTask {

    /** Takes the outcome, on the owner thread, or when there is no owner any more on whichever. */
    interface Listener {

        void watching(OpenFile inotify);

        void setupFailed(Throwable cause);
    }

    private final EventLoop loop;
    private final String name;
    private final int mask;
    private final Listener listener;
    private int descriptor = -1;
    private int errno;
    private boolean instanceRefused;

    WatchSetup(EventLoop loop, String name, int mask, Listener listener) {
        this.loop = loop;
        this.name = name;
        this.mask = mask;
        this.listener = listener;
    }

    /** Starts it; returns at once. */
    void start() {
        try {
            Elsewhere.run(this::makeInstance);
        } catch (Throwable t) {
            listener.setupFailed(t);
        }
    }

    private void makeInstance() {
        Descriptors descriptors = loop.ring().descriptors();
        int made = descriptors.inotify();
        if (made < 0) {
            errno = -made;
            instanceRefused = true;
        } else {
            int watch = descriptors.addWatch(made, name, mask);
            if (watch < 0) {
                errno = -watch;
                descriptors.close(made);
            } else {
                descriptor = made;
            }
        }
        loop.execute(this);
    }

    @Override
    public void run() {
        if (descriptor >= 0) {
            listener.watching(new OpenFile(loop, descriptor, false, name).closedByWorker());
        } else {
            listener.setupFailed(error());
        }
    }

    @Override
    public void rejected(Throwable cause) {
        if (descriptor >= 0) {
            loop.ring().descriptors().close(descriptor);
        }
        listener.setupFailed(cause);
    }

    /** inotify's own limits hide behind errors that mean something else everywhere else. */
    private IOException error() {
        String file = PathName.printable(name);
        if (instanceRefused && errno == Errno.EMFILE) {
            return new FileSystemException(file, null, "too many inotify instances or open files: raise "
                    + "fs.inotify.max_user_instances or `ulimit -n`");
        }
        if (errno == Errno.ENOSPC) {
            return new FileSystemException(file, null,
                    "too many inotify watches: raise fs.inotify.max_user_watches");
        }
        return Errors.ofPath(errno, instanceRefused ? "INOTIFY_INIT1" : "INOTIFY_ADD_WATCH", name);
    }
}
