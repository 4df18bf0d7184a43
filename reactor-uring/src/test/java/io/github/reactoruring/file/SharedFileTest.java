package io.github.reactoruring.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.UringCancelledException;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** One open file among many subscribers, and its closing under them. */
@NeedsUring
class SharedFileTest {

    private static final int BLOCK = 4096;

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    @Test
    void servesReadersAndWritersOfManyThreads() {
        UringFile file = open();
        List<Long> sums = Flux.range(0, 32).flatMap(block -> Mono.defer(() -> {
            byte[] content = content(block);
            return file.writeAt((long) block * BLOCK, ByteBuffer.wrap(content)).repeat(19).count()
                    .then(file.readAt((long) block * BLOCK, BLOCK))
                    .map(read -> read.equals(ByteBuffer.wrap(content)) ? 1L : 0L);
        }).subscribeOn(Schedulers.parallel())).collectList().block();
        file.close().block();

        assertThat(sums).hasSize(32).containsOnly(1L);
    }

    @Test
    void disposingOneSubscriberLeavesTheOthersAlone() {
        UringPipe pipe = ring.get().files().pipe().block();
        Probe<ByteBuffer> left = Probe.idle();
        Probe<ByteBuffer> stays = Probe.idle();
        pipe.source().read(10).subscribe(left);
        pipe.source().read(10).subscribe(stays);
        left.request(1);
        ring.awaitInFlight(1);
        stays.request(1);
        ring.awaitInFlight(2);

        left.dispose();
        ring.awaitInFlight(1);
        pipe.sink().write(ByteBuffer.wrap("abc".getBytes(UTF_8))).block();

        assertThat(UTF_8.decode(stays.awaitEnd().values().getFirst()).toString()).isEqualTo("abc");
        left.assertSilent();
        Mono.when(pipe.source().close(), pipe.sink().close()).block();
    }

    @Test
    void closeCancelsWhatWaitsAndTellsEachSubscriber() {
        UringPipe pipe = ring.get().files().pipe().block();
        List<Probe<ByteBuffer>> readers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Probe<ByteBuffer> reader = Probe.idle();
            pipe.source().read(10).subscribe(reader);
            readers.add(reader.request(1));
        }
        ring.awaitInFlight(20);

        pipe.source().close().block();

        readers.forEach(reader -> reader.awaitError(UringCancelledException.class));
        pipe.sink().close().block();
    }

    /** Whoever hears of success finds the bytes in the file; whoever does not hears of an error. */
    @Test
    void closeNeverLosesAWritesResult() throws Exception {
        Random random = new Random();
        int succeeded = 0;
        for (int run = 0; run < 60; run++) {
            UringFile file = open();
            List<Probe<Long>> writes = new ArrayList<>();
            for (int block = 0; block < 30; block++) {
                Probe<Long> write = Probe.idle();
                file.writeAt((long) block * BLOCK, ByteBuffer.wrap(content(run + block))).subscribe(write);
                writes.add(write.request(1));
            }
            long end = System.nanoTime() + random.nextInt(300_000);
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            file.close().block();

            byte[] found = Files.readAllBytes(directory.resolve("file"));
            for (int block = 0; block < 30; block++) {
                Probe<Long> write = writes.get(block).awaitEnd();
                if (write.isCompleted()) {
                    succeeded++;
                    assertThat(ByteBuffer.wrap(found, block * BLOCK, BLOCK).slice())
                            .isEqualTo(ByteBuffer.wrap(content(run + block)));
                } else {
                    assertThat(write.error()).isInstanceOfAny(ClosedChannelException.class,
                            UringCancelledException.class);
                }
            }
        }
        assertThat(succeeded).isPositive();
    }

    private UringFile open() {
        return ring.get().files().open(directory.resolve("file"), CREATE, READ, WRITE).block();
    }

    private static byte[] content(int seed) {
        byte[] content = new byte[BLOCK];
        new Random(seed).nextBytes(content);
        return content;
    }
}
