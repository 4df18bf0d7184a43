package io.github.reactoruring.internal.source.path;

import java.io.IOException;
import java.util.function.IntFunction;
import java.util.function.Supplier;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.OneShotMono;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.OpenFlags;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/** Makes or renames a directory entry: MKDIRAT, RENAMEAT, LINKAT, SYMLINKAT. */
public final class PathChange extends PathRequest<Void> {

    /** Replaces what the target names (no flag of renameat2(2)). */
    public static final int RENAME_REPLACE = 0;
    /** Leaves what the target names, and fails. */
    public static final int RENAME_NOREPLACE = 1;
    /** Gives each of the two the other's name. */
    public static final int RENAME_EXCHANGE = 2;

    /** Fills an SQE. */
    private interface Preparation {

        void fill(Sqe sqe, PathChange names);
    }

    private final Preparation preparation;
    private final IntFunction<IOException> errors;

    private PathChange(EventLoop loop, CoreSubscriber<? super Void> actual, int opcode, Preparation preparation,
            IntFunction<IOException> errors) {
        super(loop, actual, opcode);
        this.preparation = preparation;
        this.errors = errors;
    }

    private static Mono<Void> mono(Supplier<EventLoop> loops, int opcode, Preparation preparation,
            IntFunction<IOException> errors) {
        return OneShotMono.create(loops,
                (ring, actual) -> new PathChange(ring, actual, opcode, preparation, errors));
    }

    /** Makes a directory (MKDIRAT, Linux 5.15). */
    public static Mono<Void> makeDirectory(Supplier<EventLoop> loops, String path, int mode) {
        return mono(loops, IoUringAbi.IORING_OP_MKDIRAT,
                (sqe, names) -> Prep.mkdirat(sqe, OpenFlags.AT_FDCWD, names.name(path), mode),
                errno -> Errors.ofPath(errno, "MKDIRAT", path));
    }

    /** Renames (RENAMEAT, Linux 5.11). */
    public static Mono<Void> rename(Supplier<EventLoop> loops, String from, String to, int flags) {
        return mono(loops, IoUringAbi.IORING_OP_RENAMEAT,
                (sqe, names) -> Prep.renameat(sqe, OpenFlags.AT_FDCWD, names.name(from), OpenFlags.AT_FDCWD,
                        names.name(to), flags),
                errno -> PathErrors.ofRename(errno, "RENAMEAT", from, to, flags == RENAME_REPLACE));
    }

    /** Gives {@code existing} another name (LINKAT, Linux 5.15); a symbolic link is not followed. */
    public static Mono<Void> link(Supplier<EventLoop> loops, String link, String existing) {
        return mono(loops, IoUringAbi.IORING_OP_LINKAT,
                (sqe, names) -> Prep.linkat(sqe, OpenFlags.AT_FDCWD, names.name(existing), OpenFlags.AT_FDCWD,
                        names.name(link), 0),
                errno -> PathErrors.ofTwo(errno, "LINKAT", link, existing));
    }

    /** Makes a symbolic link (SYMLINKAT, Linux 5.15). */
    public static Mono<Void> symbolicLink(Supplier<EventLoop> loops, String link, String target) {
        return mono(loops, IoUringAbi.IORING_OP_SYMLINKAT,
                (sqe, names) -> Prep.symlinkat(sqe, names.name(target), OpenFlags.AT_FDCWD, names.name(link)),
                errno -> Errors.ofPath(errno, "SYMLINKAT", link));
    }

    @Override
    protected void prepare(Sqe sqe) {
        preparation.fill(sqe, this);
    }

    @Override
    IOException error(int errno) {
        return errors.apply(errno);
    }
}
