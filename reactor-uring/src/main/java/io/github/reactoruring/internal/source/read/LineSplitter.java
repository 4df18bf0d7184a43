package io.github.reactoruring.internal.source.read;

import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits text at line ends, which are those of {@code BufferedReader}: \n, \r and \r\n, wherever a chunk cuts them.
 *
 * <p><b>Threads:</b> one subscriber's, in turn.
 */
public final class LineSplitter {

    private final String file;
    private final int maxChars;
    private final StringBuilder line = new StringBuilder();
    private boolean skipLineFeed;

    /**
     * Starts a file.
     *
     * @param maxChars the longest line that is taken; a longer one is an error, so that no file can fill the memory
     */
    public LineSplitter(String file, int maxChars) {
        this.file = file;
        this.maxChars = maxChars;
    }

    /** Returns the lines that end in {@code text}. */
    public List<String> split(String text) throws FileSystemException {
        List<String> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n' && skipLineFeed) {
                skipLineFeed = false;
                start = i + 1;
            } else if (c == '\n' || c == '\r') {
                append(text, start, i);
                lines.add(line.toString());
                line.setLength(0);
                start = i + 1;
                skipLineFeed = c == '\r';
            } else {
                skipLineFeed = false;
            }
        }
        append(text, start, text.length());
        return lines;
    }

    /** Returns the last line, where no line end follows it. */
    public List<String> finish() {
        return line.isEmpty() ? List.of() : List.of(line.toString());
    }

    private void append(String text, int start, int end) throws FileSystemException {
        if (line.length() + (end - start) > maxChars) {
            throw new FileSystemException(file, null, "has a line of more than " + maxChars + " characters");
        }
        line.append(text, start, end);
    }
}
