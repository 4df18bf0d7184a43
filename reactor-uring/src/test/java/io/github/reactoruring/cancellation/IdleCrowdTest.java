package io.github.reactoruring.cancellation;

import static io.github.reactoruring.testing.kernel.RawOperations.POLLIN;
import static java.nio.file.StandardOpenOption.READ;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Publisher;

import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.kernel.RawPipe;
import reactor.core.publisher.Flux;

/** Lets a hundred thousand timers and polls wait on a ring of 8,192 completions, and has it work all the same. */
@NeedsUring
class IdleCrowdTest {

    private static final int IDLE = 100_000;
    private static final int DOWNLOADS = 8;
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    @Test
    void aHundredThousandIdleTimersAndPollsKeepNobodyFromWorking() throws Exception {
        byte[] content = new byte[5 << 20];
        new Random(1).nextBytes(content);
        Path path = Files.write(directory.resolve("download"), content);
        try (RawPipe pipe = new RawPipe()) {
            List<Probe<?>> idle = new ArrayList<>();
            for (int i = 0; i < IDLE; i++) {
                idle.add(start(i % 2 == 0
                        ? ring.get().timers().after(Duration.ofHours(1))
                        : ring.get().raw().poll(pipe.source(), POLLIN)));
            }
            awaitInFlight(IDLE);

            assertDownloads(path, content);
            // A CLOSE is told when it was made.
            UringFile file = ring.get().files().open(path, READ).block(MINUTE);
            assertThat(file).isNotNull();
            file.close().block(MINUTE);

            Collections.shuffle(idle, new Random(2));
            List<Probe<?>> kept = idle.subList(0, IDLE / 4);
            ring.get().batch(() -> idle.subList(IDLE / 4, IDLE).forEach(Probe::dispose));
            assertDownloads(path, content);
            awaitInFlight(kept.size());
            assertThat(kept).noneMatch(Probe::isTerminated);

            ring.get().batch(() -> kept.forEach(Probe::dispose));
            assertDownloads(path, content);
            awaitInFlight(0);
            assertThat(ring.get().stats().overflows()).isZero();
        }
    }

    @Test
    void aRingClosesWithAHundredThousandRequestsThatWait() {
        try (RawPipe pipe = new RawPipe()) {
            List<Probe<?>> idle = new ArrayList<>();
            for (int i = 0; i < IDLE; i++) {
                idle.add(start(i % 2 == 0
                        ? ring.get().timers().after(Duration.ofHours(1))
                        : ring.get().raw().poll(pipe.source(), POLLIN)));
            }
            awaitInFlight(IDLE);

            ring.get().disposeLater().block(MINUTE);
            assertThat(idle).allMatch(Probe::isTerminated);
        }
    }

    private void assertDownloads(Path path, byte[] content) {
        List<ByteArrayOutputStream> downloads = new ArrayList<>();
        for (int i = 0; i < DOWNLOADS; i++) {
            downloads.add(new ByteArrayOutputStream());
        }
        Flux.fromIterable(downloads)
                .flatMap(download -> ring.get().files().read(path).doOnNext(buffer -> {
                    byte[] bytes = new byte[buffer.remaining()];
                    buffer.get(bytes);
                    download.writeBytes(bytes);
                }), DOWNLOADS).blockLast(MINUTE);
        assertThat(downloads).allMatch(download -> Arrays.equals(download.toByteArray(), content));
    }

    private static Probe<?> start(Publisher<?> source) {
        Probe<Object> probe = Probe.idle();
        source.subscribe(probe);
        return probe.request(1);
    }

    private void awaitInFlight(int count) {
        Await.until(MINUTE, () -> count + " in flight, not " + ring.get().stats().inFlight(),
                () -> ring.get().stats().inFlight() == count);
    }
}
