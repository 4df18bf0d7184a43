package io.github.reactoruring.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.RandomRuns;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.kernel.TcpSockets;
import io.github.reactoruring.testing.process.Descriptors;
import reactor.core.publisher.Hooks;

/**
 * A few seconds of a soak with every build, minutes when told to: {@code -Dreactoruring.soak.minutes=30}, half of them on
 * one ring and half on three. The tables are in {@code target/soak}.
 */
@NeedsUring
@Tag("soak")
class SoakTest {

    private static final int USERS = 16;

    @ParameterizedTest
    @Timeout(value = 2, unit = TimeUnit.HOURS)
    @CsvSource({"one-ring, 1", "three-rings, 3"})
    void everybodyIsServedAndNothingIsLeft(String name, int rings) throws Exception {
        // What the JDK opens once for all sockets is no leak.
        Class.forName(TcpSockets.class.getName());
        Map<String, Integer> before = Descriptors.open();
        Hooks.onErrorDropped(error -> {
            // Of those who throw.
        });
        try {
            RandomRuns.of(1).run(random -> {
                List<String> wrong = new Soak(name, rings, USERS, random.nextLong(), time())
                        .run(Path.of(System.getProperty("basedir", ""), "target", "soak"));
                assertThat(wrong).isEmpty();
            });
        } finally {
            Hooks.resetOnErrorDropped();
        }
        Descriptors.awaitNoMoreThan(before);
        Await.until("the rings' threads ended", () -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("uring-soak-")));
    }

    private static Duration time() {
        String minutes = System.getProperty("reactoruring.soak.minutes");
        return minutes == null ? Duration.ofSeconds(6) : Duration.ofSeconds((long) (Double.parseDouble(minutes) * 30));
    }
}
