package io.github.reactoruring.file;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.github.reactoruring.Uring;
import reactor.core.publisher.Flux;

/** Opens files until no more may be, then writes one, closes them, and writes it again. */
final class TooManyFilesMain {

    private static final Flux<ByteBuffer> SOURCE = Flux.just(ByteBuffer.allocate(3));

    private TooManyFilesMain() {
    }

    public static void main(String[] arguments) {
        Path directory = Path.of(arguments[0]);
        // Once before, since a class that is needed for the first time takes a descriptor to be loaded.
        use(directory.resolve("missing").resolve("file"));
        Uring.shared().files().open(directory).block().close().block();
        use(directory.resolve("file"));
        System.out.println("and works again: " + write(directory.resolve("file")));
    }

    private static void use(Path path) {
        System.out.println(write(path));
        List<UringFile> open = new ArrayList<>();
        while (open(path, open)) {
            // Up to the limit.
        }
        System.out.println(write(path));
        System.out.println(read(path));
        open.forEach(file -> file.close().block());
    }

    private static boolean open(Path path, List<UringFile> open) {
        try {
            open.add(Uring.shared().files().open(path).block());
            return true;
        } catch (RuntimeException e) {
            System.out.println("open: " + e.getCause().getMessage());
            return false;
        }
    }

    private static Object read(Path path) {
        try {
            return Uring.shared().files().read(path).count().block();
        } catch (RuntimeException e) {
            return "read: " + e.getCause().getMessage();
        }
    }

    private static Object write(Path path) {
        try {
            return Uring.shared().files().write(path, SOURCE).block();
        } catch (RuntimeException e) {
            return "write: " + e.getCause().getMessage();
        }
    }
}
