package io.github.reactoruring.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;

import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** Reads the pom that a user's build resolves, as Maven wrote it to {@code target/published-pom.xml}. */
class PublishedPomTest {

    @Test
    void needsOnlyReactorJctoolsAndJspecify() throws Exception {
        assertThat(texts("/project/dependencies/dependency[not(optional = 'true')]/artifactId"))
                .containsExactlyInAnyOrder("reactor-core", "jctools-core", "jspecify");
    }

    @Test
    void offersThoseAtCompileScope() throws Exception {
        assertThat(texts("/project/dependencies/dependency[scope and scope != 'compile']/artifactId")).isEmpty();
    }

    @Test
    void standsWithoutAParent() throws Exception {
        assertThat(texts("/project/parent")).isEmpty();
        assertThat(texts("/project/dependencies/dependency[not(version) or contains(version, '$')]/artifactId"))
                .isEmpty();
    }

    private static List<String> texts(String path) throws Exception {
        Path pom = Path.of(System.getProperty("basedir", "")).resolve("target/published-pom.xml");
        Document document = DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(pom.toFile());
        NodeList nodes = (NodeList) XPathFactory.newDefaultInstance().newXPath()
                .evaluate(path, document, XPathConstants.NODESET);
        return IntStream.range(0, nodes.getLength()).mapToObj(i -> nodes.item(i).getTextContent()).toList();
    }
}
