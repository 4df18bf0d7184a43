package io.github.reactoruring.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application on a Java that Spring Boot runs on, and we do not: it starts as it did without us, and is told why. */
class OlderJavaTest {

    private static final String APPLICATION = """
            package older;

            @org.springframework.boot.SpringBootConfiguration
            @org.springframework.boot.autoconfigure.EnableAutoConfiguration
            public class Application {

                public static void main(String[] arguments) {
                    org.springframework.boot.SpringApplication.run(Application.class, arguments).close();
                    System.out.println("It has run.");
                }
            }
            """;

    @Test
    void theApplicationStartsAndOneWarningSaysWhatIsNeeded(@TempDir Path directory) throws Exception {
        Optional<Path> java = olderJava();
        assumeThat(java).as("a JDK of Java 17 to 24 in /usr/lib/jvm").isPresent();
        compile(directory);

        assertThat(run(java.orElseThrow(), directory)).contains("It has run.",
                "Spring's own means", "needs Java 25 or newer, and this is Java ").doesNotContain("Exception");
        assertThat(run(java.orElseThrow(), directory, "--reactor-uring.enabled=false")).contains("It has run.")
                .doesNotContain("needs Java 25");
    }

    private static void compile(Path directory) throws IOException {
        Path source = Files.writeString(directory.resolve("Application.java"), APPLICATION);
        int result = ToolProvider.getSystemJavaCompiler().run(null, null, null, "--release", "17", "-proc:none",
                "-nowarn",
                "-cp", System.getProperty("java.class.path"), "-d", directory.toString(), source.toString());
        assertThat(result).isZero();
    }

    private static String run(Path java, Path directory, String... arguments) throws Exception {
        Process process = new ProcessBuilder(Stream.concat(Stream.of(java.toString(), "-Xmx128m", "-cp",
                directory + ":" + System.getProperty("java.class.path"), "older.Application", "--server.port=0",
                "--server.address=127.0.0.1", "--spring.main.banner-mode=off"), Stream.of(arguments)).toList())
                .redirectErrorStream(true).start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).as(output).isTrue();
            return output;
        } finally {
            process.destroyForcibly();
        }
    }

    private static Optional<Path> olderJava() throws IOException {
        Path installed = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(installed)) {
            return Optional.empty();
        }
        try (Stream<Path> homes = Files.list(installed)) {
            return homes.filter(OlderJavaTest::isOlder).map(home -> home.resolve("bin/java"))
                    .filter(Files::isExecutable).findFirst();
        }
    }

    private static boolean isOlder(Path home) {
        try {
            return Files.readString(home.resolve("release")).matches("(?s).*JAVA_VERSION=\"(17|18|19|2[0-4])[.\"].*");
        } catch (IOException e) {
            return false;
        }
    }
}
