package io.github.reactoruring.file;

import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.file.OpenOption;
import java.nio.file.Path;

import org.reactivestreams.Publisher;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.buffer.RegisteredBuffers;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Opens, reads, follows and writes files on the ring.
 *
 * <p>Paths are those of the default filesystem; a relative one leads where it does with java.nio.file, {@code -Duser.dir}
 * included. Errors are java.nio.file's own, with the path:
 * {@link java.nio.file.NoSuchFileException}, {@link java.nio.file.AccessDeniedException}, … and
 * {@link io.github.reactoruring.UringException} for the rest.
 */
public interface UringFiles {

    /** Reads a whole file with {@link ReadOptions#defaults()} into heap buffers; see {@link #read(Path, ReadOptions, BufferFactory)}. */
    default Flux<ByteBuffer> read(Path path) {
        return read(path, ReadOptions.defaults());
    }

    /** Reads a file into heap buffers; see {@link #read(Path, ReadOptions, BufferFactory)}. */
    default Flux<ByteBuffer> read(Path path, ReadOptions options) {
        return read(path, options, BufferFactory.heap());
    }

    /**
     * Reads a file in order: opened by the first request of each subscriber, closed when it ends.
     *
     * <p><b>Demand:</b> no more chunks are in flight or buffered than were requested, nor more bytes than
     * {@link ReadOptions#readAheadBytes}.
     *
     * <p><b>Cancellation:</b> returns at once. Reads not yet submitted never are; those in flight are cancelled, though a
     * read of a regular file is not to be found by a cancel and ends by itself; its buffer and the descriptor live until
     * then. Buffers read and not emitted are released.
     *
     * <p><b>Threading:</b> signals come on the ring's thread, which must not be blocked.
     *
     * <p><b>Buffers:</b> 0..N of 1..chunkBytes bytes, each owned by the subscriber. Of a regular file all but the last are
     * full; a pipe or device gives what it has, one read at a time.
     *
     * <p>A FIFO is waited for until there is a writer.
     *
     * <p>What a regular file grows by after its opening may or may not be read; one that shrinks ends early.
     *
     * @return the file's content in order
     * @throws IllegalArgumentException if the path is not one of the default filesystem
     * @implNote OPENAT, READ, CLOSE: Linux 5.6. Files of FUSE, network and unknown filesystems are read by kernel workers
     *     (IOSQE_ASYNC), since such a read may block the ring otherwise
     */
    <B> Flux<B> read(Path path, ReadOptions options, BufferFactory<B> buffers);

    /**
     * Reads a file as text, a piece for each chunk; characters that a chunk's end cuts are kept together.
     *
     * @return fails with {@link java.nio.charset.CharacterCodingException} for bytes that are not of the charset
     */
    Flux<String> text(Path path, Charset charset);

    /** Reads a UTF-8 file line by line; see {@link #lines(Path, Charset, int)}. Lines have up to 1,048,576 characters. */
    Flux<String> lines(Path path);

    /**
     * Reads a file line by line, without the line ends, which are \n, \r or \r\n.
     *
     * <p><b>Demand:</b> lines; chunks are read as they are needed.
     *
     * @param maxChars the longest line; a longer one fails with {@link java.nio.file.FileSystemException}, so that no file
     *     fills the memory
     * @return fails with {@link java.nio.charset.CharacterCodingException} for bytes that are not of the charset
     */
    Flux<String> lines(Path path, Charset charset, int maxChars);

    /** Follows a file from its start, into heap buffers; see {@link #tail(Path, TailOptions, BufferFactory)}. */
    default Flux<ByteBuffer> tail(Path path) {
        return tail(path, TailOptions.fromStart(), BufferFactory.heap());
    }

    /**
     * Follows a file: emits what is in it, then what is appended, until it is cancelled or the file's directory is removed.
     *
     * <p>A file that became shorter is read from its start. When the path leads to another file, and that has content, the
     * old one is read to its end and the new one from its start; what is written to the old one later is not told, nor what
     * is written to a deleted file. A file that is not there is waited for. inotify says when to look, and besides a timer does
     * ({@link TailOptions#checkEvery}): inotify tells nothing of a symbolic link's target, of hard links elsewhere, and of
     * what other machines do to a network filesystem.
     *
     * <p>A file that is truncated and grows beyond its former size between two looks is taken for one that grew; of a file
     * replaced twice between two looks the one in the middle is missed.
     *
     * <p><b>Demand:</b> no more chunks are in flight or buffered than were requested; the rest stays in the file. The watch is
     * placed and the file opened at the subscription.
     *
     * <p><b>Cancellation:</b> as {@link #read(Path, ReadOptions, BufferFactory)}; the watch ends with it.
     *
     * <p><b>Buffers:</b> of 1..chunkBytes bytes, each owned by the subscriber.
     *
     * @return fails if the directory is not there, or if the path leads to something else than a regular file. Each
     *     subscriber takes one of the user's inotify instances, see {@link UringFileSystem#watch}
     * @throws IllegalArgumentException if the path is not one of the default filesystem, or names no file
     */
    <B> Flux<B> tail(Path path, TailOptions options, BufferFactory<B> buffers);

    /**
     * Follows a UTF-8 file line by line, without the line ends; see {@link #tail(Path, TailOptions, BufferFactory)}. The last
     * line is emitted when it has its line end. Lines have up to 1,048,576 characters, as with {@link #lines(Path)}.
     *
     * @return fails with {@link java.nio.charset.CharacterCodingException} for bytes that are not UTF-8
     */
    Flux<String> tailLines(Path path, TailOptions options);

    /** Writes to a file with {@link WriteOptions#defaults()}; see {@link #write(Path, Publisher, WriteOptions, BufferReader)}. */
    default Mono<Long> write(Path path, Publisher<ByteBuffer> source) {
        return write(path, source, WriteOptions.defaults());
    }

    /** Writes ByteBuffers to a file; see {@link #write(Path, Publisher, WriteOptions, BufferReader)}. */
    default Mono<Long> write(Path path, Publisher<ByteBuffer> source, WriteOptions options) {
        return write(path, source, options, BufferReader.byteBuffers());
    }

    /**
     * Writes what {@code source} emits to a file: opened when the Mono is subscribed to, closed when the source has ended
     * and the last byte is written. Once the file is open the source is subscribed to, on the ring's thread: what blocks
     * in it belongs on another, by {@code subscribeOn} and {@code publishOn}.
     *
     * <p><b>Demand:</b> {@link WriteOptions#maxInFlight} buffers are requested first, then as many as have been written.
     * Writes at positions overlap; those that append, and those to a pipe or a device, go one after the other. Small
     * buffers that are waiting are written together (WRITEV).
     *
     * <p><b>Cancellation:</b> cancels the source at once, on the canceller's thread, and returns. Buffers that the kernel
     * has not got are released, those it has when it is done with them; then the file is closed, and stays or goes as
     * {@link WriteOptions#partial} says. Where cancel and success cross, the file goes unless the success is emitted.
     *
     * <p><b>Buffers:</b> the library owns what the source emits, and frees each buffer once.
     *
     * <p>A file that is written from its start ({@link WriteOptions.Start#TRUNCATE}) holds what it held until the first buffer
     * is there, or the end. A source that reads that very file by {@link #read} or {@link UringFile#content} is refused with a
     * {@link java.nio.file.FileSystemException}, as far as it can be seen: what {@code read} is subscribed to with must hand
     * on the context of the write. One that begins after the first buffer has come, as in {@code concat(header, read(path))},
     * is refused too, but what the file held is gone by then: to put something before it, {@link #replace} it.
     *
     * @return emits the number of bytes written; fails with the source's error, or one of java.nio.file's, when the file is
     *     closed and {@link WriteOptions#partial} is done
     * @throws IllegalArgumentException if the path is not one of the default filesystem
     * @implNote OPENAT, WRITE, WRITEV, FSYNC, CLOSE: Linux 5.6; UNLINKAT 5.11; FTRUNCATE 6.9, before that ftruncate(2) off
     *     the ring
     */
    <B> Mono<Long> write(Path path, Publisher<? extends B> source, WriteOptions options,
            BufferReader<? super B> reader);

    /** Replaces a file, durably; see {@link #replace(Path, Publisher, ReplaceOptions, BufferReader)}. */
    default Mono<Long> replace(Path path, Publisher<ByteBuffer> source) {
        return replace(path, source, ReplaceOptions.defaults(), BufferReader.byteBuffers());
    }

    /**
     * Replaces a file, or makes a new one, at once: whoever opens the path sees the former content or all of the new, and
     * after a crash likewise. The content is written to a file without a name (O_TMPFILE), which gets the path's name when
     * it is whole.
     *
     * <p>The new file has the permissions of the one it replaces, whatever the umask, its access control list (POSIX), and its
     * owner and group as far as this process may give them; in another group, only what the old group and all others both
     * had. Nobody can do with it what he could not with the old one. Set-user-ID and the like are dropped, and extended
     * attributes and capabilities are not carried over. A symbolic link is replaced itself, as by
     * {@link java.nio.file.Files#move}, and the permissions are those of what it led to.
     *
     * <p><b>Demand, buffers:</b> as {@link #write(Path, Publisher, WriteOptions, BufferReader)}.
     *
     * <p><b>Cancellation:</b> cancels the source at once; nothing is left behind. One that comes too late to stop the new
     * name finds the new content there.
     *
     * <p>Only a process killed in the instant between link and rename, or writing on a filesystem without O_TMPFILE,
     * leaves a file {@code .reactor-uring-*.tmp} in the directory.
     *
     * @return emits the number of bytes when the new content is at the path, and durable where that was asked for. What fails
     *     after the renaming says that the file was replaced. On filesystems that cannot sync directories the content is
     *     durable, the name as the filesystem has it
     * @throws IllegalArgumentException if the path is not one of the default filesystem, or names no file
     * @implNote OPENAT, STATX, WRITE, FSYNC, LINKAT, RENAMEAT, UNLINKAT, CLOSE: Linux 5.15
     */
    <B> Mono<Long> replace(Path path, Publisher<? extends B> source, ReplaceOptions options,
            BufferReader<? super B> reader);

    /**
     * Copies the content of a file, reading ahead and writing behind, without a copy in the Java heap. Holes are filled,
     * attributes are not copied, but for the permissions of a target that is made: those of the source, less the umask. The
     * target is untouched when the source cannot be opened.
     *
     * <p><b>Cancellation:</b> as {@link #write(Path, Publisher, WriteOptions, BufferReader)}.
     *
     * @param options how the target is written
     * @return emits the number of bytes; fails with {@link java.nio.file.FileSystemException} if the two are one file
     * @implNote READ and WRITE. io_uring has neither copy_file_range nor a clone: where the filesystem could share the
     *     blocks, {@link java.nio.file.Files#copy} on a thread that may block does less
     */
    Mono<Long> copy(Path from, Path to, WriteOptions options);

    /**
     * Opens a file. A FIFO is opened for reading without waiting for a writer, and until there is one a read of it is
     * empty. Whoever takes it closes it: {@code Mono.usingWhen(files.open(path), …, UringFile::close)}.
     *
     * <p><b>Cancellation:</b> a descriptor that arrives after the disposal is closed.
     *
     * @param options of {@link java.nio.file.StandardOpenOption}, {@link java.nio.file.LinkOption#NOFOLLOW_LINKS} and
     *     {@code com.sun.nio.file.ExtendedOpenOption.DIRECT}; none opens for reading. With DELETE_ON_CLOSE the name goes as
     *     soon as the file is open, as with {@link java.nio.channels.FileChannel#open}. With DIRECT, see
     *     {@link UringFile#alignmentBytes()}
     * @throws IllegalArgumentException if the options contradict each other
     * @throws UnsupportedOperationException if an option is not supported
     */
    Mono<UringFile> open(Path path, OpenOption... options);

    /**
     * Opens a file as a direct descriptor: into the ring's own file table, so that the process's limit of open files does
     * not count it and each request is a little cheaper. Otherwise as {@link #open}. Linux 5.19.
     *
     * @return fails with ENFILE when the ring's slots are taken: 4096, or fewer where the process may have fewer files
     *     open when the first is
     */
    Mono<UringFile> openDirect(Path path, OpenOption... options);

    /**
     * Registers buffers with all rings of this Uring (IORING_REGISTER_BUFFERS2, Linux 5.19), so that the kernel maps and pins
     * their memory once instead of for each read and write. Worth it for many small ones with O_DIRECT.
     *
     * <p>Whoever takes the pool closes it, or leaves that to the end of the Uring. The memory is aligned to 4096 bytes, is
     * allocated and touched on the subscribing thread, and counts against the process's locked memory
     * ({@code ulimit -l}), once for each ring.
     *
     * @param count how many: as many as are in flight and held downstream together
     * @param bufferBytes the size of each, a multiple of 4096; all together up to 1 GiB
     * @return fails with {@link io.github.reactoruring.UringException}, ENOMEM, when so much may not be locked
     * @throws IllegalArgumentException if count or bufferBytes is out of these bounds
     */
    Mono<RegisteredBuffers> registerBuffers(int count, int bufferBytes);

    /** Makes a pipe, whose two ends belong to the caller (pipe2(2)). Its numbers never leave the library. */
    Mono<UringPipe> pipe();
}
