package io.github.reactoruring.file;

import java.nio.ByteBuffer;
import java.nio.file.Path;

import io.github.reactoruring.Uring;
import reactor.core.publisher.Flux;

/** Replaces the files of its arguments, as whoever runs it. */
public final class ReplaceMain {

    private ReplaceMain() {
    }

    /** Runs it. */
    public static void main(String[] args) {
        for (String path : args) {
            Uring.shared().files().replace(Path.of(path), Flux.just(ByteBuffer.wrap("new".getBytes()))).block();
        }
        System.out.println("replaced " + args.length);
    }
}
