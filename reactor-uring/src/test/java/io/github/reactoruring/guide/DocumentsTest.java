package io.github.reactoruring.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the documents to the code: what they show is what runs here, and their links lead somewhere. */
class DocumentsTest {

    private static final Path MODULE = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    private static final Path PROJECT = MODULE.getParent();
    private static final Path SOURCES = MODULE.resolve("src/test/java/io/github/reactoruring/guide");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]*)(#[^)]*)?\\)");
    private static final Map<String, String> SNIPPETS = Snippets.inSources(SOURCES);

    static Stream<Path> documents() throws IOException {
        List<Path> documents = new ArrayList<>();
        documents.add(PROJECT.resolve("README.md"));
        try (Stream<Path> files = Files.walk(MODULE.resolve("docs"))) {
            files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(documents::add);
        }
        return documents.stream();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void showOnlyCodeThatRuns(Path document) {
        assertThat(Snippets.inDocument(document)).allSatisfy(shown -> {
            assertThat(shown.name()).as("the mark above ```java").isIn(SNIPPETS.keySet());
            assertThat(shown.code()).as(shown.name()).isEqualTo(SNIPPETS.get(shown.name()));
        });
    }

    @Test
    void showEverySnippetSomewhere() throws IOException {
        Set<String> shown = documents().flatMap(document -> Snippets.inDocument(document).stream())
                .map(Snippets.Shown::name).collect(Collectors.toSet());

        assertThat(shown).containsExactlyInAnyOrderElementsOf(SNIPPETS.keySet());
    }

    @ParameterizedTest
    @MethodSource("documents")
    void linkOnlyToFilesThatAreThere(Path document) throws IOException {
        Matcher links = LINK.matcher(Files.readString(document));
        while (links.find()) {
            String target = links.group(1);
            if (!target.startsWith("https://")) {
                Path file = target.isEmpty() ? document : document.resolveSibling(target);
                assertThat(file).as(target).exists();
                if (links.group(2) != null) {
                    assertThat(headings(file)).as(links.group()).contains(links.group(2));
                }
            }
        }
    }

    /** A merge may bring a chapter once more. */
    @ParameterizedTest
    @MethodSource("documents")
    void sayThingsOnce(Path document) throws IOException {
        assertThat(Files.readAllLines(document)).filteredOn(line -> line.startsWith("## ")).doesNotHaveDuplicates();
    }

    /** Returns the headings as links name them. */
    private static List<String> headings(Path document) throws IOException {
        return Files.readAllLines(document).stream().filter(line -> line.startsWith("#"))
                .map(line -> "#" + line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\w\\- ]", "").replace(' ', '-'))
                .toList();
    }
}
