package io.github.reactoruring.file;

import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.file.OpenOption;
import java.nio.file.Path;

import io.github.reactoruring.buffer.BufferFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Opens and reads files on the ring.
 *
 * <p>Paths are those of the default filesystem. Errors are java.nio.file's own, with the path:
 * {@link java.nio.file.NoSuchFileException}, {@link java.nio.file.AccessDeniedException}, … and
 * {@link io.github.reactoruring.UringException} for the rest.
 */
public interface UringFiles {

    /** Reads a whole file with {@link ReadOptions#defaults()} into heap buffers; see {@link #read(Path, ReadOptions, BufferFactory)}. */
    Flux<ByteBuffer> read(Path path);

    /** Reads a file into heap buffers; see {@link #read(Path, ReadOptions, BufferFactory)}. */
    Flux<ByteBuffer> read(Path path, ReadOptions options);

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
     * @return fails with ENFILE when the ring's 4096 slots are taken
     */
    Mono<UringFile> openDirect(Path path, OpenOption... options);

    /** Makes a pipe, whose two ends belong to the caller (pipe2(2)). Its numbers never leave the library. */
    Mono<UringPipe> pipe();
}
