package io.github.reactoruring.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import io.github.reactoruring.Uring;
import reactor.core.publisher.Flux;

/** Uses relative paths, and says what java.nio.file makes of the same. */
public final class RelativePathsMain {

    private RelativePathsMain() {
    }

    /** Runs it. */
    public static void main(String[] args) throws IOException {
        Uring uring = Uring.shared();
        UringFiles files = uring.files();
        if (args.length > 0) {
            System.out.println(files.read(Path.of("no-such-file")).then().onErrorResume(error -> {
                System.out.println(error.getClass().getSimpleName() + ": " + error.getMessage());
                return reactor.core.publisher.Mono.empty();
            }).block());
            return;
        }
        Path read = Path.of("read");
        System.out.println("read: " + String.join("", files.text(read, StandardCharsets.UTF_8).toIterable()));
        files.write(Path.of("written"), text()).block();
        System.out.println("written: " + Files.exists(Path.of("written")));
        files.replace(Path.of("replaced"), text()).block();
        System.out.println("replaced: " + Files.exists(Path.of("replaced")));
        files.copy(read, Path.of("sub/copied"), WriteOptions.defaults()).block();
        System.out.println("copied: " + Files.exists(Path.of("sub/copied")));
        UringFileSystem system = uring.fileSystem();
        System.out.println("listed: " + system.list(Path.of("sub")).any(entry -> entry.path()
                .equals(Path.of("sub/copied"))).block());
        ByteBuffer tail = files.tail(read, TailOptions.fromStart(), io.github.reactoruring.buffer.BufferFactory.heap())
                .blockFirst();
        System.out.println("tail: " + StandardCharsets.UTF_8.decode(tail));
        system.symbolicLink(Path.of("link"), read).block();
        System.out.println("link leads to: " + system.readSymbolicLink(Path.of("link")).block());
        system.symbolicLink(Path.of("sub/link"), Path.of("../read")).block();
        System.out.println("stat: " + system.stat(read).block().sizeBytes());
        system.delete(Path.of("written")).block();
        System.out.println("deleted: " + Files.notExists(Path.of("written")));
        system.createDirectories(Path.of("a/b/c")).block();
        System.out.println("made: " + Files.isDirectory(Path.of("a/b/c")));
    }

    private static Flux<ByteBuffer> text() {
        return Flux.just(ByteBuffer.wrap("text".getBytes(StandardCharsets.UTF_8)));
    }
}
