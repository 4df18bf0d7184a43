package io.github.reactoruring.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;

import io.github.reactoruring.Uring;
import io.github.reactoruring.testing.kernel.NeedsUring;

/** Follows the README's section on Spring Boot: the controller, the line to expect in the log, and a download. */
@NeedsUring
class SpringBootSectionTest {

    private static final Path PROJECT = Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();
    private static final String LINE = "reactor-uring: files are served by io_uring, through Uring(spring)";

    private final Log log = new Log();

    @AfterEach
    void stopListening() {
        Logger.getLogger("").removeHandler(log);
    }

    @Test
    void theLogSaysThatTheRingServesAndItDoes() throws Exception {
        try (ConfigurableApplicationContext context = start()) {
            assertThat(log.entries.stream().filter(entry -> entry.getMessage().startsWith("reactor-uring:")))
                    .singleElement().satisfies(entry -> {
                        assertThat(entry.getMessage()).isEqualTo(LINE);
                        assertThat(entry.getLevel()).isEqualTo(Level.INFO);
                    });
            Uring uring = context.getBean(Uring.class);
            long before = uring.stats().completed();

            assertThat(firstBytes(context, 38)).isEqualTo(Files.readString(Path.of("pom.xml")).substring(0, 38));
            assertThat(uring.stats().completed()).isGreaterThan(before);
        }
    }

    @Test
    void theReadmeShowsThatLine() throws Exception {
        assertThat(PROJECT.resolve("README.md")).content().contains(LINE, "--enable-native-access=ALL-UNNAMED");
    }

    private ConfigurableApplicationContext start() {
        return new SpringApplicationBuilder(Application.class)
                // Spring Boot's logging is set up by then, and removes no handler any more.
                .initializers(context -> Logger.getLogger("").addHandler(log))
                .run("--server.port=0", "--server.address=127.0.0.1", "--spring.main.banner-mode=off");
    }

    private static String firstBytes(ConfigurableApplicationContext context, int count) throws Exception {
        URI address = URI.create("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port")
                + "/download");
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest range = HttpRequest.newBuilder(address).header("Range", "bytes=0-" + (count - 1)).build();
            HttpResponse<String> answer = client.send(range, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(206);
            return answer.body();
        }
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    @Import(Download.class)
    static class Application {
    }

    /** Keeps what is logged. */
    private static final class Log extends Handler {

        private final List<LogRecord> entries = new CopyOnWriteArrayList<>();

        @Override
        public void publish(LogRecord entry) {
            entries.add(entry);
        }

        @Override
        public void flush() {
            // Nothing is kept back.
        }

        @Override
        public void close() {
            // Nothing to close.
        }
    }
}
