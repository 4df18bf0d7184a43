package io.github.reactoruring.internal.facet;

import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

import org.reactivestreams.Publisher;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.buffer.RegisteredBuffers;
import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.file.ReplaceOptions;
import io.github.reactoruring.file.TailOptions;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.file.UringFiles;
import io.github.reactoruring.file.UringPipe;
import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.source.OneShotMono;
import io.github.reactoruring.internal.source.buffer.RegisterBuffers;
import io.github.reactoruring.internal.source.buffer.RegisteredPool;
import io.github.reactoruring.internal.source.file.Alignment;
import io.github.reactoruring.internal.source.file.MakePipe;
import io.github.reactoruring.internal.source.file.OpenHow;
import io.github.reactoruring.internal.source.file.OpenMono;
import io.github.reactoruring.internal.source.file.OpenOptions;
import io.github.reactoruring.internal.source.path.Paths;
import io.github.reactoruring.internal.source.read.FileReadFlux;
import io.github.reactoruring.internal.source.read.Text;
import io.github.reactoruring.internal.source.watch.FileTail;
import io.github.reactoruring.internal.source.write.FileCopy;
import io.github.reactoruring.internal.source.write.WriteMono;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Opens files, each on one of the rings for life. */
public final class RingFiles implements UringFiles {

    private static final int DEFAULT_MAX_LINE_CHARS = 1 << 20;

    private final Supplier<EventLoop> loops;
    private final Supplier<List<EventLoop>> all;

    /**
     * Makes the facet.
     *
     * @param loops chooses the ring of each file
     * @param all tells the rings it chooses from
     */
    public RingFiles(Supplier<EventLoop> loops, Supplier<List<EventLoop>> all) {
        this.loops = loops;
        this.all = all;
    }

    @Override
    public <B> Flux<B> read(Path path, ReadOptions options, BufferFactory<B> buffers) {
        Objects.requireNonNull(options, "options");
        Objects.requireNonNull(buffers, "buffers");
        RingFile.checkCapacity(buffers, options.chunkBytes());
        return FileReadFlux.create(loops, name(path), options, buffers);
    }

    @Override
    public Flux<String> text(Path path, Charset charset) {
        return Text.text(read(path), charset);
    }

    @Override
    public Flux<String> lines(Path path) {
        return lines(path, StandardCharsets.UTF_8, DEFAULT_MAX_LINE_CHARS);
    }

    @Override
    public Flux<String> lines(Path path, Charset charset, int maxChars) {
        if (maxChars < 1) {
            throw new IllegalArgumentException("maxChars must be 1 or more, not " + maxChars);
        }
        return Text.lines(text(path, charset), name(path), maxChars);
    }

    @Override
    public <B> Flux<B> tail(Path path, TailOptions options, BufferFactory<B> buffers) {
        Objects.requireNonNull(options, "options");
        Objects.requireNonNull(buffers, "buffers");
        return FileTail.create(loops, requireFileName(path), options, buffers);
    }

    @Override
    public Flux<String> tailLines(Path path, TailOptions options) {
        Flux<ByteBuffer> chunks = tail(path, options, BufferFactory.heap());
        return Text.lines(Text.text(chunks, StandardCharsets.UTF_8), name(path), DEFAULT_MAX_LINE_CHARS);
    }

    @Override
    public Mono<UringFile> open(Path path, OpenOption... options) {
        return open(path, false, options);
    }

    @Override
    public Mono<UringFile> openDirect(Path path, OpenOption... options) {
        loops.get().ring().features().require(RingFeature.DIRECT_DESCRIPTORS, "A direct descriptor");
        return open(path, true, options);
    }

    private Mono<UringFile> open(Path path, boolean direct, OpenOption... options) {
        OpenHow how = OpenOptions.how(direct, options);
        return OpenMono.create(loops, name(path), how,
                (file, status, forceAsync) -> new RingFile(file, status, forceAsync, Alignment.of(file, how)));
    }

    @Override
    public <B> Mono<Long> write(Path path, Publisher<? extends B> source, WriteOptions options,
            BufferReader<? super B> reader) {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(options, "options");
        Objects.requireNonNull(reader, "reader");
        return WriteMono.write(loops, name(path), source, options, reader);
    }

    @Override
    public <B> Mono<Long> replace(Path path, Publisher<? extends B> source, ReplaceOptions options,
            BufferReader<? super B> reader) {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(options, "options");
        Objects.requireNonNull(reader, "reader");
        return WriteMono.replace(loops, name(requireFileName(path)), source, options, reader);
    }

    @Override
    public Mono<Long> copy(Path from, Path to, WriteOptions options) {
        Objects.requireNonNull(options, "options");
        return FileCopy.create(loops, name(from), name(to), options);
    }

    @Override
    public Mono<UringPipe> pipe() {
        return OneShotMono.create(loops, (loop, actual) -> new MakePipe<>(loop, actual,
                (source, sink) -> new UringPipe(new RingFile(source, false), new RingFile(sink, false))));
    }

    @Override
    public Mono<RegisteredBuffers> registerBuffers(int count, int bufferBytes) {
        if (count < 1) {
            throw new IllegalArgumentException("count must be 1 or more, not " + count);
        }
        if (bufferBytes < 1 || bufferBytes % RegisteredPool.ALIGNMENT_BYTES != 0) {
            throw new IllegalArgumentException("bufferBytes must be a multiple of " + RegisteredPool.ALIGNMENT_BYTES
                    + ", not " + bufferBytes);
        }
        if ((long) count * bufferBytes > RegisterBuffers.MOST_BYTES) {
            throw new IllegalArgumentException(count + " buffers of " + bufferBytes
                    + " bytes are more than 1 GiB, the most that one registration takes");
        }
        return RegisterBuffers.create(all, count, bufferBytes);
    }

    private static Path requireFileName(Path path) {
        name(path);
        if (path.getFileName() == null || path.getFileName().toString().isEmpty()) {
            throw new IllegalArgumentException("\"" + path + "\" names no file in a directory");
        }
        return path;
    }

    private static String name(Path path) {
        return Paths.name(path);
    }
}
