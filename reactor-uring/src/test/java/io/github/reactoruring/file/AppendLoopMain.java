package io.github.reactoruring.file;

import java.nio.ByteBuffer;
import java.nio.file.Path;

import io.github.reactoruring.Uring;
import reactor.core.publisher.Flux;

/** Appends numbers to a file, until it is killed. */
final class AppendLoopMain {

    private AppendLoopMain() {
    }

    public static void main(String[] arguments) {
        Flux<ByteBuffer> numbers = Flux.generate(() -> 0, (number, sink) -> {
            ByteBuffer chunk = ByteBuffer.allocate(Integer.BYTES * (1 + number % 1_000));
            int next = number;
            while (chunk.hasRemaining()) {
                chunk.putInt(next++);
            }
            sink.next(chunk.flip());
            return next;
        });
        Uring.shared().files().write(Path.of(arguments[0]), numbers, WriteOptions.defaults().append()).block();
    }
}
