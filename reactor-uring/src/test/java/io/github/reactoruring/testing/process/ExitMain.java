package io.github.reactoruring.testing.process;

import java.time.Duration;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.UringPipe;
import io.github.reactoruring.testing.kernel.RawOperations;
import io.github.reactoruring.testing.kernel.RawPipe;

/** Leaves {@code main} while requests of all kinds are in flight, one of them in a kernel worker. */
public final class ExitMain {

    private ExitMain() {
    }

    /** Runs it. */
    public static void main(String[] args) {
        Uring uring = Uring.shared();
        UringPipe pipe = uring.files().pipe().block();
        RawPipe raw = new RawPipe();
        for (int i = 0; i < 100; i++) {
            pipe.source().read(1).subscribe();
            uring.timers().after(Duration.ofHours(1)).subscribe();
            uring.raw().submit(RawOperations.read(raw.source(), 1).flags(RawOperations.IOSQE_ASYNC)).subscribe();
        }
        while (uring.stats().inFlight() < 300) {
            Thread.onSpinWait();
        }
        System.out.println("in flight: " + uring.stats().inFlight());
    }
}
