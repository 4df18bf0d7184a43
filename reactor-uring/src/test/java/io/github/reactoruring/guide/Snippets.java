package io.github.reactoruring.guide;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the code that the documents show: in this package's sources, where it is compiled and run, and in the documents.
 *
 * <pre>
 *   // snippet: NAME               &lt;!-- snippet: NAME --&gt;
 *   …                              ```java
 *   // end of snippet              …
 *                                  ```
 * </pre>
 */
final class Snippets {

    private static final String START = "// snippet: ";
    private static final String END = "// end of snippet";
    private static final String MARK_START = "<!-- snippet: ";
    private static final String MARK_END = " -->";

    private Snippets() {
    }

    /** A fenced block of Java, and the snippet's name that the line above it gives, or "" where there is none. */
    record Shown(String name, String code) {
    }

    /** Returns the snippets of all Java files in {@code directory} by name, without their indentation. */
    static Map<String, String> inSources(Path directory) {
        Map<String, String> snippets = new HashMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".java")).sorted().toList()) {
                collect(file, snippets);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return snippets;
    }

    private static void collect(Path file, Map<String, String> snippets) throws IOException {
        String name = null;
        List<String> code = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            if (name == null && line.strip().startsWith(START)) {
                name = line.strip().substring(START.length());
            } else if (name != null && line.strip().equals(END)) {
                if (snippets.put(name, unindented(code)) != null) {
                    throw new IllegalStateException("There are two snippets named " + name);
                }
                name = null;
                code.clear();
            } else if (name != null) {
                code.add(line);
            }
        }
        if (name != null) {
            throw new IllegalStateException("Snippet " + name + " of " + file + " has no end");
        }
    }

    /** Returns the fenced blocks of Java in a document, in order. */
    static List<Shown> inDocument(Path document) {
        List<Shown> blocks = new ArrayList<>();
        List<String> lines = lines(document);
        for (int start = 0; start < lines.size(); start++) {
            if (lines.get(start).equals("```java")) {
                int end = start + 1;
                while (!lines.get(end).equals("```")) {
                    end++;
                }
                String mark = start == 0 ? "" : lines.get(start - 1);
                String name = mark.startsWith(MARK_START) && mark.endsWith(MARK_END)
                        ? mark.substring(MARK_START.length(), mark.length() - MARK_END.length())
                        : "";
                blocks.add(new Shown(name, String.join("\n", lines.subList(start + 1, end))));
                start = end;
            }
        }
        return blocks;
    }

    private static List<String> lines(Path document) {
        try {
            return Files.readAllLines(document);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String unindented(List<String> code) {
        return code.stream().collect(Collectors.joining("\n")).stripIndent().stripTrailing();
    }
}
