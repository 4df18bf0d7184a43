package io.github.reactoruring.internal.spring.multipart;

import java.nio.file.Path;

import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;

import io.github.reactoruring.Uring;
import reactor.core.publisher.Mono;

/**
 * Says where the content of a part goes, by its size.
 *
 * @param maxInMemoryBytes what a part may have in memory, -1 for all of it
 * @param maxDiskBytes what a part in a file may have, -1 for any size
 */
public record PartStorage(Uring uring, TemporaryFiles files, int maxInMemoryBytes, long maxDiskBytes) {

    boolean exceedsMemory(long bytes) {
        return maxInMemoryBytes >= 0 && bytes > maxInMemoryBytes;
    }

    boolean exceedsDisk(long bytes) {
        return exceedsMemory(bytes) && maxDiskBytes >= 0 && bytes > maxDiskBytes;
    }

    DataBufferLimitException tooLarge() {
        return new DataBufferLimitException("Part exceeded the disk usage limit of " + maxDiskBytes + " bytes");
    }

    /** Writes to a new file, which is deleted unless all of it gets there. */
    Mono<Path> store(Publisher<DataBuffer> content) {
        return files.store(uring, content);
    }
}
