package io.github.reactoruring.guide;

// snippet: first-program
import java.nio.file.Path;

import io.github.reactoruring.Uring;

public final class FirstProgram {

    public static void main(String[] args) {
        Uring uring = Uring.shared();

        Long bytes = uring.files().read(Path.of(args[0]))
                .map(chunk -> (long) chunk.remaining())
                .reduce(0L, Long::sum)
                .block();

        System.out.println(bytes + " bytes");
    }
}
// end of snippet
