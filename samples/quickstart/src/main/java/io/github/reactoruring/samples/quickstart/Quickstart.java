package io.github.reactoruring.samples.quickstart;

import java.util.Arrays;

/** Prints what it was given and where it runs. */
public final class Quickstart {
    private Quickstart() {
    }

    public static void main(String[] args) {
        boolean terminal = System.console() != null && System.console().isTerminal();
        System.out.println("java=" + Runtime.version() + " terminal=" + terminal
                + " args=" + Arrays.toString(args));
        if (args.length > 0 && args[0].startsWith("exit=")) {
            System.exit(Integer.parseInt(args[0].substring(5)));
        }
    }
}
