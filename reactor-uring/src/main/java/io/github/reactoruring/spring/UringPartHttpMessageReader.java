package io.github.reactoruring.spring;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.springframework.core.ResolvableType;
import org.springframework.http.ReactiveHttpInputMessage;
import org.springframework.http.codec.multipart.DefaultPartHttpMessageReader;
import org.springframework.http.codec.multipart.Part;

import io.github.reactoruring.Uring;
import io.github.reactoruring.internal.spring.LocalFiles;
import io.github.reactoruring.internal.spring.multipart.PartEventFlux;
import io.github.reactoruring.internal.spring.multipart.PartFlux;
import io.github.reactoruring.internal.spring.multipart.PartLimits;
import io.github.reactoruring.internal.spring.multipart.PartStorage;
import io.github.reactoruring.internal.spring.multipart.TemporaryFiles;
import reactor.core.publisher.Flux;

/**
 * Reads the parts of {@code multipart/form-data}, as Spring's own reader does and with its settings: parts of up to
 * {@code maxInMemorySize} in memory, larger ones in temporary files, but written and read by the ring. Given to
 * {@link org.springframework.http.codec.multipart.MultipartHttpMessageReader}, which collects them.
 *
 * <p>{@code FilePart.transferTo} gives a file in a temporary file its new name (LINKAT) where both are on one filesystem, and
 * copies it otherwise; the part stays usable until it is deleted. What was at the target is replaced, and a target that
 * could not be written to its end is deleted.
 *
 * <p>Once the ring has {@linkplain Uring#failureCause() failed}, Spring's own reader does the work.
 *
 * <p>The files are in a directory of mode 0700 below {@code fileStorageDirectory}, made for the first of them and removed by
 * {@link #close}.
 *
 * <p><b>Demand:</b> one part after the other, each read when it is asked for. Some 512 KiB of the body are read ahead of the
 * disk; the rest stays in the socket.
 *
 * <p><b>Cancellation, errors:</b> a part that is not whole leaves no file and no buffer. Parts that were emitted belong to
 * the subscriber, who deletes them; Spring does so when an exchange is over, {@link MultipartCleanupFilter} when its client
 * has left, and the garbage collector in the end.
 *
 * <p><b>Threading:</b> the parts come on the server's thread or on a ring's, which must not be blocked. Spring's
 * {@code blockingOperationScheduler} is not used.
 */
public class UringPartHttpMessageReader extends DefaultPartHttpMessageReader implements AutoCloseable {

    private static final int DEFAULT_MAX_HEADERS_BYTES = 10 * 1024;

    private final Uring uring;
    private int maxHeadersBytes = DEFAULT_MAX_HEADERS_BYTES;
    private long maxDiskBytes = -1;
    private int maxParts = -1;
    private Charset charset = StandardCharsets.UTF_8;
    private volatile TemporaryFiles files = new TemporaryFiles(TemporaryFiles.systemDirectory());
    /** Where parts that are still there may have been stored, before the directory was set. */
    private final Queue<TemporaryFiles> earlier = new ConcurrentLinkedQueue<>();

    /** Reads with Spring's defaults: 256 KiB in memory, 10 KiB of headers, any size on the disk, any number of parts. */
    public UringPartHttpMessageReader(Uring uring) {
        this.uring = Objects.requireNonNull(uring, "uring");
    }

    @Override
    public void setMaxHeadersSize(int byteCount) {
        super.setMaxHeadersSize(byteCount);
        maxHeadersBytes = byteCount;
    }

    @Override
    public void setMaxDiskUsagePerPart(long maxDiskUsagePerPart) {
        super.setMaxDiskUsagePerPart(maxDiskUsagePerPart);
        maxDiskBytes = maxDiskUsagePerPart;
    }

    @Override
    public void setMaxParts(int maxParts) {
        super.setMaxParts(maxParts);
        this.maxParts = maxParts;
    }

    @Override
    public void setHeadersCharset(Charset headersCharset) {
        super.setHeadersCharset(headersCharset);
        charset = headersCharset;
    }

    /**
     * Sets where the directory of the temporary files is to be; {@code java.io.tmpdir} by default. Made if it is missing.
     * What is stored by then stays where it is. Blocks.
     *
     * @throws IllegalArgumentException if the path is not one of the default filesystem
     */
    @Override
    public void setFileStorageDirectory(Path fileStorageDirectory) throws IOException {
        TemporaryFiles others = new TemporaryFiles(fileStorageDirectory);
        super.setFileStorageDirectory(fileStorageDirectory);
        synchronized (earlier) {
            if (!files.areIn(fileStorageDirectory)) {
                earlier.add(files);
                files = others;
            }
        }
    }

    @Override
    public Flux<Part> read(ResolvableType elementType, ReactiveHttpInputMessage message,
            Map<String, Object> hints) {
        PartLimits limits = new PartLimits(getMaxInMemorySize(), maxHeadersBytes, maxParts, -1);
        PartStorage storage = new PartStorage(uring, files, getMaxInMemorySize(), maxDiskBytes);
        Flux<Part> parts = PartFlux.create(PartEventFlux.read(message, hints, charset, limits), storage);
        return Flux.defer(() -> LocalFiles.canUse(uring) ? parts : super.read(elementType, message, hints));
    }

    /** Removes the temporary files, and their directory. Blocks. */
    @Override
    public void close() {
        try {
            earlier.forEach(TemporaryFiles::remove);
        } finally {
            files.remove();
        }
    }
}
