package io.github.reactoruring.testing.process;

import io.github.reactoruring.Uring;
import io.github.reactoruring.UringUnavailableException;

/** Prints what a program hears that asks for io_uring here. Arguments: {@code denied ERRNO}, {@code default}. */
public final class AvailabilityMain {

    private AvailabilityMain() {
    }

    /** Runs it. */
    public static void main(String[] args) throws Throwable {
        if (args.length == 2) {
            SeccompFilter.denyUring(Integer.parseInt(args[1]));
        }
        System.out.println("available=" + Uring.isAvailable());
        Throwable cause = Uring.unavailabilityCause();
        System.out.println("cause=" + (cause == null ? null : cause.getClass().getSimpleName()));
        tell("shared", Uring::shared);
        tell("built", () -> Uring.builder("own").build());
    }

    private static void tell(String how, Runnable opening) {
        try {
            opening.run();
            System.out.println(how + "=opened");
        } catch (UringUnavailableException e) {
            System.out.println(how + "=" + e.getMessage());
        }
    }
}
