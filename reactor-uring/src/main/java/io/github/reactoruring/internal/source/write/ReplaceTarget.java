package io.github.reactoruring.internal.source.write;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.Descriptors;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.Step;
import io.github.reactoruring.internal.source.file.OffRing;
import io.github.reactoruring.internal.source.file.Steps;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.FileIdentity;
import io.github.reactoruring.internal.sys.FileStatus;
import io.github.reactoruring.internal.sys.OpenFlags;
import io.github.reactoruring.internal.sys.PathName;

/**
 * Writes to a file without a name (O_TMPFILE), and gives it the path's name when it is whole.
 *
 * <p>Where nothing has the name, one LINKAT does. Where something has, the file is linked to a temporary name and renamed,
 * since nothing links over a name. Where the filesystem knows no files without a name, it has a temporary one from the
 * start.
 *
 * <p>Invariant: from its making to its end nobody may do more with the new file than with the one whose place it takes;
 * see docs/decisions/0024-replacing-gives-nobody-more.md.
 *
 * <p>All names are relative to the directory's descriptor, so that the directory may be moved meanwhile.
 */
final class ReplaceTarget implements WriteTarget {

    /** Whether a descriptor can be linked: by its entry in /proc, since AT_EMPTY_PATH is for the privileged. */
    private static final boolean LINKS_DESCRIPTORS = Files.exists(Path.of("/proc/self/fd"));
    /** Of a file where none was. */
    private static final int NEW_MODE = 0666;
    /** Of one that is to take another's place, until it has the rights of that. */
    private static final int OWNERS_MODE = 0600;
    private static final int NAME_ATTEMPTS = 8;
    private static final String TEMPORARY_PREFIX = ".reactor-uring-";

    private final EventLoop loop;
    private final String path;
    private final String directoryPath;
    private final String name;
    private final boolean durable;
    private final boolean nameless;
    private @Nullable Step pending;
    private @Nullable OpenFile directory;
    private @Nullable OpenFile file;
    private int mode = NEW_MODE;
    /** Whether the file has, as far as may be, the rights of the one whose place it takes. */
    private boolean inherited;
    /** Whether a rename can be told to leave what has the name. */
    private boolean asksWhetherTaken = true;
    /** Whether the name leads to the new file. */
    private boolean replaced;
    /** The name that is to go in the end, while there is one. */
    private @Nullable String temporaryName;
    private boolean disposed;

    /** @param path names a file in a directory, without a slash at its end */
    ReplaceTarget(EventLoop loop, String path, boolean durable) {
        this(loop, path, durable, LINKS_DESCRIPTORS);
    }

    /** @param nameless whether to try files without a name */
    ReplaceTarget(EventLoop loop, String path, boolean durable, boolean nameless) {
        this.nameless = nameless;
        this.loop = loop;
        this.path = path;
        this.durable = durable;
        directoryPath = DirectorySync.directory(path);
        name = path.substring(path.lastIndexOf('/') + 1);
    }

    // ---- Opening: the directory, whether there is something to be replaced, the file

    @Override
    public void open(Opening listener) {
        next(Steps.open(loop, null, directoryPath, directoryPath, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0,
                OpenFile::close, step -> {
                    Throwable error = step.error();
                    if (error == null) {
                        OpenFile opened = new OpenFile(loop, step.result(), false, directoryPath);
                        // A closing loop closes files in any order, and the name is to go before the directory.
                        opened.hold();
                        directory = opened;
                        if (disposed) {
                            openFailed(cause(step), listener);
                        } else {
                            lookForOld(opened, listener);
                        }
                    } else {
                        listener.openFailed(error);
                    }
                }));
    }

    private void lookForOld(OpenFile in, Opening listener) {
        next(Steps.stat(in, name, path, (step, status) -> {
            Throwable error = step.result() == -Errno.ENOENT ? null : step.error();
            if (step.result() >= 0) {
                FileIdentity old = FileIdentity.read(status);
                mode = OWNERS_MODE;
                error = old.directory() ? Errors.ofPath(Errno.EISDIR, "STATX", path) : null;
            }
            if (disposed) {
                openFailed(cause(step), listener);
            } else if (error == null) {
                openNameless(in, listener);
            } else {
                openFailed(error, listener);
            }
        }));
    }

    private void openNameless(OpenFile in, Opening listener) {
        if (!nameless) {
            openNamed(in, NAME_ATTEMPTS, listener);
            return;
        }
        next(Steps.open(loop, in, ".", path, OpenFlags.O_WRONLY | OpenFlags.O_TMPFILE, mode, OpenFile::close,
                step -> {
                    if (step.result() >= 0) {
                        opened(step, listener);
                    } else if (disposed) {
                        openFailed(cause(step), listener);
                    } else {
                        // EOPNOTSUPP, EISDIR or EINVAL, as kernels and filesystems go; what really is wrong will show again.
                        openNamed(in, NAME_ATTEMPTS, listener);
                    }
                }));
    }

    private void openNamed(OpenFile in, int attempts, Opening listener) {
        String attempt = randomName();
        next(Steps.open(loop, in, attempt, path, OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL, mode,
                late -> {
                    Steps.unlinkLate(in, attempt, path);
                    late.closedByWorker().close();
                }, step -> {
                    if (step.result() >= 0) {
                        temporaryName = attempt;
                        opened(step, listener);
                    } else if (step.result() == -Errno.EEXIST && attempts > 1 && !disposed) {
                        openNamed(in, attempts - 1, listener);
                    } else {
                        openFailed(cause(step), listener);
                    }
                }));
    }

    private void opened(Step step, Opening listener) {
        OpenFile opened = new OpenFile(loop, step.result(), false, path).closedByWorker();
        file = opened;
        FileStatus status;
        try {
            status = opened.ask(Descriptors::status);
        } catch (Throwable t) {
            openFailed(Errors.ofPath(t, "STATX", path), listener);
            return;
        }
        listener.opened(opened, status);
    }

    private void openFailed(Throwable cause, Opening listener) {
        abandon(-1, () -> listener.openFailed(cause));
    }

    // ---- Commit: the old one's rights, fsync, link, rename, fsync of the directory, close

    @Override
    public void commit(Consumer<@Nullable Throwable> ended) {
        OpenFile written = file;
        OpenFile in = directory;
        if (written == null || in == null) {
            ended.accept(null);
            return;
        }
        Runnable naming = () -> {
            if (temporaryName == null) {
                link(written, in, NAME_ATTEMPTS, ended);
            } else {
                rename(written, in, temporaryName, NAME_ATTEMPTS, ended);
            }
        };
        if (mode == OWNERS_MODE) {
            inherit(written, in, ended, () -> sync(written, ended, naming));
        } else {
            sync(written, ended, naming);
        }
    }

    /** Looks at the last moment: who may read the old content may have changed since the writing began. */
    private void inherit(OpenFile written, OpenFile in, Consumer<@Nullable Throwable> ended, Runnable next) {
        OpenFile.Lent lent;
        try {
            lent = in.lend();
        } catch (IOException e) {
            ended.accept(e);
            return;
        }
        pending = null;
        AtomicBoolean found = new AtomicBoolean();
        OffRing.call(written, (descriptors, descriptor) -> found.set(
                lent.ask((own, at) -> own.inheritRights(descriptor, at, name))), error -> {
                    lent.close();
                    inherited = found.get();
                    if (error != null || disposed) {
                        ended.accept(error != null ? error : cancelled());
                    } else {
                        next.run();
                    }
                });
    }

    private void sync(OpenFile written, Consumer<@Nullable Throwable> ended, Runnable next) {
        if (durable) {
            next(Steps.sync(written, false, step -> proceed(step, ended, next)));
        } else {
            next.run();
        }
    }

    private void link(OpenFile written, OpenFile in, int attempts, Consumer<@Nullable Throwable> ended) {
        next(Steps.link(written, in, name, path, step -> {
            boolean taken = step.result() == -Errno.EEXIST && !disposed;
            if (taken && inherited) {
                linkTemporarily(written, in, NAME_ATTEMPTS, ended);
            } else if (taken && attempts > 1) {
                inheritAnew(written, in, ended, () -> link(written, in, attempts - 1, ended));
            } else {
                replaced = step.result() >= 0;
                proceed(step, ended, () -> syncDirectory(in, ended));
            }
        }));
    }

    /** Of what was not there when this began: it is not replaced before the file has the rights of that. */
    private void inheritAnew(OpenFile written, OpenFile in, Consumer<@Nullable Throwable> ended, Runnable next) {
        inherit(written, in, ended, () -> sync(written, ended, next));
    }

    private void linkTemporarily(OpenFile written, OpenFile in, int attempts,
            Consumer<@Nullable Throwable> ended) {
        String attempt = randomName();
        next(Steps.linkTemporarily(written, in, attempt, path, step -> {
            if (step.result() == -Errno.EEXIST && attempts > 1 && !disposed) {
                linkTemporarily(written, in, attempts - 1, ended);
                return;
            }
            if (step.result() >= 0) {
                temporaryName = attempt;
            }
            proceed(step, ended, () -> rename(written, in, attempt, NAME_ATTEMPTS, ended));
        }));
    }

    /** Replaces only what the file has the rights of: something else may have come by the name. */
    private void rename(OpenFile written, OpenFile in, String from, int attempts,
            Consumer<@Nullable Throwable> ended) {
        boolean mayReplace = inherited || !asksWhetherTaken;
        int flags = mayReplace ? 0 : Steps.RENAME_NOREPLACE;
        next(Steps.rename(in, from, name, flags, path, step -> {
            boolean unknown = step.result() == -Errno.EINVAL;
            boolean taken = step.result() == -Errno.EEXIST && attempts > 1;
            if (!mayReplace && (unknown || taken) && !disposed) {
                // A filesystem that knows no such flag leaves the moment between the look and the rename.
                asksWhetherTaken = !unknown;
                inheritAnew(written, in, ended, () -> rename(written, in, from, attempts - 1, ended));
                return;
            }
            if (step.result() >= 0) {
                temporaryName = null;
                replaced = true;
            }
            proceed(step, ended, () -> syncDirectory(in, ended));
        }));
    }

    private void syncDirectory(OpenFile in, Consumer<@Nullable Throwable> ended) {
        if (durable) {
            next(Steps.syncDirectory(in, step -> proceed(step, ended, () -> close(ended))));
        } else {
            close(ended);
        }
    }

    private void proceed(Step step, Consumer<@Nullable Throwable> ended, Runnable next) {
        Throwable error = step.error();
        if (error != null) {
            ended.accept(replaced ? afterwards(error) : error);
        } else if (disposed) {
            ended.accept(cause(step));
        } else {
            next.run();
        }
    }

    /** Tells what went wrong when the name led to the new content already: a retry would be too late. */
    private Throwable afterwards(Throwable error) {
        FileSystemException told = new FileSystemException(PathName.printable(path), null,
                "was replaced, but may not survive a crash of the system: " + error.getMessage());
        told.initCause(error);
        return told;
    }

    private void close(Consumer<@Nullable Throwable> ended) {
        OpenFile written = file;
        file = null;
        if (written != null) {
            written.close(result -> closeDirectory(
                    () -> ended.accept(result < 0 ? closeError(result) : null)));
        } else {
            closeDirectory(() -> ended.accept(null));
        }
    }

    private Throwable closeError(int result) {
        IOException error = Errors.ofPath(-result, "CLOSE", path);
        return replaced ? afterwards(error) : error;
    }

    private void closeDirectory(Runnable ended) {
        OpenFile in = directory;
        directory = null;
        if (in != null) {
            in.letGo();
            in.close(result -> ended.run());
        } else {
            ended.run();
        }
    }

    // ---- The other ends

    @Override
    public void abandon(long wholeUntil, Runnable ended) {
        String temporary = temporaryName;
        OpenFile in = directory;
        if (temporary != null && in != null) {
            temporaryName = null;
            Steps.unlink(loop, in, temporary, path, step -> close(error -> ended.run()));
        } else {
            close(error -> ended.run());
        }
    }

    @Override
    public void dispose() {
        disposed = true;
        Step step = pending;
        if (step != null) {
            step.dispose();
        }
    }

    @Override
    public String toString() {
        return path;
    }

    private void next(Step step) {
        pending = step;
    }

    /** Returns why a job does not go on after {@code step}, which may itself have succeeded. */
    private Throwable cause(Step step) {
        Throwable error = step.error();
        return error != null ? error : cancelled();
    }

    private Throwable cancelled() {
        return new FileSystemException(PathName.printable(path), null, "the replacement was cancelled");
    }

    private static String randomName() {
        return TEMPORARY_PREFIX + Long.toHexString(ThreadLocalRandom.current().nextLong()) + ".tmp";
    }
}
