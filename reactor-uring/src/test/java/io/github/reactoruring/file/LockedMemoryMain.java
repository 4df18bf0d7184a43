package io.github.reactoruring.file;

import io.github.reactoruring.Uring;

/** Registers more memory than may be locked, and then less. */
public final class LockedMemoryMain {

    private LockedMemoryMain() {
    }

    public static void main(String[] arguments) {
        Uring uring = Uring.builder("locked").build();
        try {
            uring.files().registerBuffers(2048, 4096).block();
        } catch (RuntimeException e) {
            System.out.println(e.getCause());
        }
        System.out.println("and then " + uring.files().registerBuffers(16, 4096).block().count());
        uring.disposeLater().block();
    }
}
