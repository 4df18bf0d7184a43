package io.github.reactoruring.samples.quickstart;

import java.io.Console;
import java.io.PrintStream;
import java.nio.file.Path;

/** Draws how much of a file has been read, on a terminal; elsewhere, and where the size is unknown, draws nothing. */
final class ProgressBar {

    private static final int WIDTH = 50;
    private static final int PERCENT = 100;

    private final PrintStream out;
    private final long totalBytes;
    private long bytes;
    private int drawnPercent = -1;

    /** Draws on {@code out}, or nothing if {@code totalBytes} is 0. */
    ProgressBar(PrintStream out, long totalBytes) {
        this.out = out;
        this.totalBytes = totalBytes;
    }

    static ProgressBar ifTerminal(Path file) {
        Console console = System.console();
        boolean terminal = console != null && console.isTerminal();
        return new ProgressBar(System.out, terminal ? file.toFile().length() : 0);
    }

    void advance(long moreBytes) {
        bytes += moreBytes;
        if (totalBytes > 0) {
            // A file may grow while it is read.
            int percent = (int) Math.min(PERCENT, bytes * PERCENT / totalBytes);
            if (percent != drawnPercent) {
                drawnPercent = percent;
                draw(percent);
            }
        }
    }

    void finish() {
        if (drawnPercent >= 0) {
            out.println();
        }
    }

    private void draw(int percent) {
        int filled = WIDTH * percent / PERCENT;
        out.print("\r[" + "#".repeat(filled) + " ".repeat(WIDTH - filled) + "] " + percent + "%");
        out.flush();
    }
}
