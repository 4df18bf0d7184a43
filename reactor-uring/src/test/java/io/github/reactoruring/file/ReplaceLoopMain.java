package io.github.reactoruring.file;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

import io.github.reactoruring.Uring;
import io.github.reactoruring.buffer.BufferReader;
import reactor.core.publisher.Flux;

/** Replaces a file over and over, until it is killed. */
final class ReplaceLoopMain {

    private static final int CHUNK_BYTES = 1000;

    private ReplaceLoopMain() {
    }

    public static void main(String[] arguments) {
        Path path = Path.of(arguments[0]);
        UringFiles files = Uring.shared().files();
        for (int number = 0;; number++) {
            byte[] content = content(number).getBytes(US_ASCII);
            Flux<ByteBuffer> source = Flux.range(0, (content.length + CHUNK_BYTES - 1) / CHUNK_BYTES)
                    .map(i -> ByteBuffer.wrap(Arrays.copyOfRange(content, i * CHUNK_BYTES,
                            Math.min(content.length, (i + 1) * CHUNK_BYTES))));
            files.replace(path, source, ReplaceOptions.defaults().withDurable(number % 10 == 0),
                    BufferReader.byteBuffers()).block();
        }
    }

    /** Returns the content of that number, of a length of its own. */
    static String content(int number) {
        return (number + "\n").repeat(100 + number * 37 % 3000);
    }
}
