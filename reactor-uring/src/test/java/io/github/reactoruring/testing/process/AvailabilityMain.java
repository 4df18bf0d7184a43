package io.github.reactoruring.testing.process;

import java.time.Duration;
import java.util.function.Supplier;

import io.github.reactoruring.Uring;
import io.github.reactoruring.UringUnavailableException;

/** Prints what a program hears that asks for io_uring here. Arguments: none, or {@code denied ERRNO [SYSTEM_CALL]}. */
public final class AvailabilityMain {

    private AvailabilityMain() {
    }

    /** Runs it. */
    public static void main(String[] args) throws Throwable {
        if (args.length == 3) {
            SeccompFilter.deny(Integer.parseInt(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[2]));
        } else if (args.length == 2) {
            SeccompFilter.denyUring(Integer.parseInt(args[1]));
        }
        System.out.println("available=" + Uring.isAvailable());
        Throwable cause = Uring.unavailabilityCause();
        System.out.println("cause=" + (cause == null ? null : cause.getClass().getSimpleName()));
        tell("shared", Uring::shared);
        tell("built", () -> Uring.builder("own").build());
    }

    private static void tell(String how, Supplier<Uring> opening) {
        try {
            Uring uring = opening.get();
            uring.raw().nop().block(Duration.ofSeconds(20));
            System.out.println(how + "=opened");
        } catch (UringUnavailableException e) {
            System.out.println(how + "=" + e.getMessage());
        } catch (RuntimeException e) {
            System.out.println(how + "=opened, and failed at the first request: " + e);
        }
    }
}
