package io.github.reactoruring.testing;

import java.nio.ByteBuffer;
import java.util.List;

import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.source.write.WriteOnce;
import reactor.core.CoreSubscriber;

/** Makes the writes that tests submit by themselves. */
public final class FileWrites {

    private FileWrites() {
    }

    /** Describes the write of one buffer. */
    public static WriteOnce<ByteBuffer> of(OpenFile file, CoreSubscriber<? super Long> actual,
            long position,
            ByteBuffer data) {
        return new WriteOnce<>(file, false, actual, position, List.of(data), BufferReader.byteBuffers(), loan -> {
        });
    }
}
