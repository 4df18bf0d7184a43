package io.github.reactoruring.file;

import java.nio.file.Path;
import java.util.List;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Changes and looks at directories and what is in them: the rest of a file system, beside the files' content in
 * {@link UringFiles}.
 *
 * <p>All Monos and Fluxes are cold: each subscriber makes the kernel do it once more.
 *
 * <p><b>Cancellation:</b> of a Mono: what was not yet begun is not done. The kernel does these operations in workers of its
 * own; one that is being done is done to its end, and its outcome dropped. So after a cancel it may or may not have been
 * done.
 *
 * <p><b>Threading:</b> operations with an opcode of io_uring signal on the ring's thread. Those that have none block a
 * thread of {@link reactor.core.scheduler.Schedulers#boundedElastic()} and signal there; each of them says so.
 *
 * <p><b>Errors</b> are those of java.nio.file for the same operation, the path in them, both paths where there are two;
 * {@link io.github.reactoruring.UringException} for the rest. Paths are those of the default filesystem, with their own
 * bytes: names that are no characters in the JVM's charset for file names work, as far as a {@link Path} came with one.
 * All methods throw {@link IllegalArgumentException} for a path of another filesystem, and
 * {@link UnsupportedOperationException} if the kernel is too old for the operation.
 */
public interface UringFileSystem {

    /** How much {@link #walk(Path)} and {@link #deleteRecursively(Path)} do at once: 8. */
    int DEFAULT_CONCURRENCY = 8;

    // ---- Looking

    /**
     * Asks what a path leads to; symbolic links are followed.
     *
     * @implNote STATX with AT_STATX_SYNC_AS_STAT: Linux 5.6; some fields later, see {@link FileStat}
     */
    Mono<FileStat> stat(Path path);

    /** Asks what a path is; a symbolic link is not followed. Otherwise as {@link #stat}. */
    Mono<FileStat> lstat(Path path);

    /**
     * Says whether a path leads to something; false for a dangling symbolic link.
     *
     * @return fails if that cannot be known, unlike {@link java.nio.file.Files#exists}: a directory on the way may not be
     *     searched, say
     */
    Mono<Boolean> exists(Path path);

    // ---- Directories

    /** Makes a directory with mode 0777 less the process's umask; see {@link #createDirectory(Path, int)}. */
    Mono<Void> createDirectory(Path path);

    /**
     * Makes a directory.
     *
     * @param mode its permission bits, 0 to 07777; the kernel takes away those of the process's umask
     * @return fails with {@link java.nio.file.FileAlreadyExistsException} if there is something, whatever it is
     * @throws IllegalArgumentException if mode is out of range
     * @implNote MKDIRAT: Linux 5.15
     */
    Mono<Void> createDirectory(Path path, int mode);

    /**
     * Makes a directory and those above it that are missing. Those that are there are left as they are; a symbolic link
     * to a directory counts as one.
     *
     * @return fails with {@link java.nio.file.FileAlreadyExistsException} if there is something that is no directory, with
     *     {@link java.nio.file.NotDirectoryException} if that is above it
     */
    Mono<Void> createDirectories(Path path);

    /**
     * Lists a directory in the kernel's own order, without "." and "..". A symbolic link to a directory is followed; those
     * in it are not.
     *
     * <p><b>Demand:</b> the directory is read 32 KiB at a time, as entries are asked for.
     *
     * <p><b>Cancellation:</b> closes the directory; a read of it that is going on ends first, which nobody waits for.
     *
     * <p><b>Threading:</b> blocks a thread of Schedulers.boundedElastic() while the directory is read (getdents64(2)), and
     * signals there.
     *
     * @return fails with {@link java.nio.file.NotDirectoryException} if it is something else
     */
    Flux<DirectoryEntry> list(Path directory);

    /** Walks to any depth with {@link #DEFAULT_CONCURRENCY}; see {@link #walk(Path, int, int)}. */
    Flux<DirectoryEntry> walk(Path start);

    /**
     * Emits {@code start}, and if it is a directory everything in it and below. A directory comes before what is in it;
     * beyond that there is no order, since directories are read side by side. No symbolic link is followed, not even
     * {@code start}.
     *
     * <p>A directory that goes away before its turn counts as empty. One that may not be read is an error.
     *
     * <p><b>Demand:</b> directories are read as entries are asked for; up to {@code concurrency} × 64 entries are read
     * ahead. Directories found and not yet read are kept, the latest first, so that there are about as many as one way
     * down the tree has.
     *
     * <p><b>Cancellation:</b> as for {@link #list}.
     *
     * <p><b>Threading:</b> as for {@link #list}, with up to {@code concurrency} threads.
     *
     * @param maxDepth how far down: 0 is {@code start} alone, 1 its entries too; {@link Integer#MAX_VALUE} all
     * @param concurrency how many directories are open at once, 1 or more
     * @throws IllegalArgumentException if maxDepth is negative or concurrency less than 1
     */
    Flux<DirectoryEntry> walk(Path start, int maxDepth, int concurrency);

    // ---- Removing

    /**
     * Removes a file, a symbolic link itself, or an empty directory.
     *
     * @return fails with {@link java.nio.file.NoSuchFileException} if there is none, and with
     *     {@link java.nio.file.DirectoryNotEmptyException}
     * @implNote UNLINKAT, for a directory twice: Linux 5.11
     */
    Mono<Void> delete(Path path);

    /** Removes as {@link #delete}, and emits whether there was something to remove. */
    Mono<Boolean> deleteIfExists(Path path);

    /** Removes a whole tree with {@link #DEFAULT_CONCURRENCY}; see {@link #deleteRecursively(Path, int)}. */
    Mono<Long> deleteRecursively(Path start);

    /**
     * Removes {@code start}, and if it is a directory everything in it and below, files first, then directories from the
     * deepest up. No symbolic link is followed: links themselves are removed, {@code start} too if it is one. Mounts below
     * are emptied like directories, and then fail with EBUSY.
     *
     * <p>What somebody else removes at the same time is not missed. What somebody else adds is removed too, if it comes
     * soon enough; else it fails with {@link java.nio.file.DirectoryNotEmptyException}. It goes by paths: in a tree that
     * somebody hostile can change meanwhile, a directory could be swapped for a link on the way down.
     *
     * <p><b>Cancellation:</b> nothing more is removed but what was begun; what is gone is gone.
     *
     * <p><b>Threading:</b> directories are read as by {@link #walk}, the rest is done on the ring.
     *
     * @param concurrency how many directories are open at once, and how many removals are with the kernel at once
     * @return emits the number of files, links and directories removed; fails at the first that cannot be, with
     *     {@link java.nio.file.NoSuchFileException} if there is no {@code start}
     * @throws IllegalArgumentException if concurrency is less than 1
     */
    Mono<Long> deleteRecursively(Path start, int concurrency);

    // ---- Names

    /**
     * Renames a file or directory, atomically, within a filesystem. What {@code to} names is replaced: a file by a file,
     * an empty directory by a directory.
     *
     * @return fails with {@link java.nio.file.AtomicMoveNotSupportedException} if {@code to} is on another filesystem, and
     *     with {@link java.nio.file.DirectoryNotEmptyException}
     * @implNote RENAMEAT: Linux 5.11
     */
    Mono<Void> rename(Path from, Path to);

    /**
     * Renames as {@link #rename}, but replaces nothing.
     *
     * @return fails with {@link java.nio.file.FileAlreadyExistsException}, naming {@code to}, if there is something
     * @implNote RENAME_NOREPLACE, which the filesystem must know; EINVAL otherwise
     */
    Mono<Void> renameNoReplace(Path from, Path to);

    /**
     * Swaps two names, atomically. Both must be there; they may be of different types.
     *
     * @implNote RENAME_EXCHANGE, which the filesystem must know; EINVAL otherwise
     */
    Mono<Void> exchange(Path one, Path other);

    /**
     * Gives a file another name, a hard link. A symbolic link is linked itself, not what it leads to.
     *
     * @implNote LINKAT: Linux 5.15
     */
    Mono<Void> link(Path link, Path existing);

    /**
     * Makes a symbolic link.
     *
     * @param target where it leads, absolute or relative to the link's directory; need not be there
     * @implNote SYMLINKAT: Linux 5.15
     */
    Mono<Void> symbolicLink(Path link, Path target);

    /**
     * Reads where a symbolic link leads, one step.
     *
     * <p><b>Threading:</b> blocks a thread of Schedulers.boundedElastic() (readlink(2)), and signals there.
     *
     * @return fails with {@link java.nio.file.NotLinkException} if it is none
     */
    Mono<Path> readSymbolicLink(Path link);

    // ---- Extended attributes

    /**
     * Reads an extended attribute; symbolic links are followed.
     *
     * @param name with its namespace, such as "user.comment"
     * @return empty if the file has none of that name; fails with EOPNOTSUPP where the filesystem has no attributes
     * @implNote GETXATTR: Linux 5.19
     */
    Mono<byte[]> getAttribute(Path path, String name);

    /**
     * Makes or replaces an extended attribute; symbolic links are followed.
     *
     * @param name with its namespace, such as "user.comment"
     * @param value up to 64 KiB, less on some filesystems; copied at assembly
     * @implNote SETXATTR: Linux 5.19
     */
    Mono<Void> setAttribute(Path path, String name, byte[] value);

    /**
     * Lists the names of a file's extended attributes; symbolic links are followed.
     *
     * <p><b>Threading:</b> blocks a thread of Schedulers.boundedElastic() (listxattr(2)), and signals there.
     */
    Mono<List<String>> listAttributes(Path path);

    /**
     * Removes an extended attribute, and emits whether there was one; symbolic links are followed.
     *
     * <p><b>Threading:</b> blocks a thread of Schedulers.boundedElastic() (removexattr(2)), and signals there.
     */
    Mono<Boolean> removeAttribute(Path path, String name);

    // ---- Watching

    /**
     * Tells what happens in a directory, not in those below it. First comes
     * {@link DirectoryChange.Kind#WATCHING}, when the watch is in place: whoever lists the directory then misses nothing.
     * Completes when the directory is removed, or its filesystem unmounted.
     *
     * <p>The two halves of a rename have the same {@link DirectoryChange#cookie}, and come one after the other, though
     * others may come in between; a rename across the watch's border has only one half.
     *
     * <p><b>Demand:</b> the watch is placed by the first request. The kernel is read only as far as is asked for, and keeps
     * what is not (16,384 changes by default); when it has to drop some, {@link DirectoryChange.Kind#OVERFLOW} says so.
     *
     * <p><b>Cancellation:</b> returns at once; the pending read is cancelled, and the watch removed with its descriptor.
     *
     * <p><b>Threading:</b> the watch is placed by a blocking call on a thread of Schedulers.boundedElastic(); from then on
     * everything happens on the ring.
     *
     * @param kinds what to tell, of those that {@link DirectoryChange.Kind#isChoice}; none for all
     * @return fails with {@link java.nio.file.NotDirectoryException} if it is something else. Each subscriber takes one of
     *     the user's inotify instances, of which there are 128 by default (fs.inotify.max_user_instances)
     * @throws IllegalArgumentException if a kind is no choice
     * @implNote inotify(7); READ: Linux 5.6. Changes made on another machine are not told on network filesystems
     */
    Flux<DirectoryChange> watch(Path directory, DirectoryChange.Kind... kinds);
}
