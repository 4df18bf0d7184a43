package io.github.reactoruring.fault;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import org.reactivestreams.Publisher;

import io.github.reactoruring.Uring;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.kernel.RawOperations;
import io.github.reactoruring.testing.kernel.RawPipe;
import reactor.core.publisher.Flux;

/** Waits for times, deadlines and a FIFO, of all kinds, while somebody stops and continues the process. Argument: the FIFO. */
final class StoppedMain {

    static final int OF_EACH = 100;
    private static final Duration DUE = Duration.ofMillis(300);

    private StoppedMain() {
    }

    public static void main(String[] arguments) {
        Uring uring = Uring.builder("stopped").build();
        RawPipe pipe = new RawPipe();
        AtomicInteger timers = new AtomicInteger();
        AtomicInteger ticks = new AtomicInteger();
        AtomicInteger timeouts = new AtomicInteger();
        AtomicInteger others = new AtomicInteger();
        AtomicInteger bytes = new AtomicInteger();
        AtomicInteger ended = new AtomicInteger();
        uring.files().read(Path.of(arguments[0])).subscribe(buffer -> bytes.addAndGet(buffer.remaining()),
                error -> others.incrementAndGet(), ended::incrementAndGet);
        uring.timers().interval(Duration.ofMillis(20)).take(50).subscribe(tick -> ticks.incrementAndGet(),
                error -> others.incrementAndGet(), ended::incrementAndGet);
        for (int i = 0; i < OF_EACH; i++) {
            uring.timers().after(DUE).subscribe(tick -> timers.incrementAndGet(), error -> others.incrementAndGet());
            Operation read = RawOperations.read(pipe.source(), 1);
            for (Operation each : new Operation[]{read, read.flags(RawOperations.IOSQE_ASYNC)}) {
                count(uring.raw().submit(each.withDeadline(DUE)), timeouts, others);
            }
        }
        System.out.println("waiting");
        Await.until(Duration.ofSeconds(30),
                () -> "all ended: timers " + timers + ", timeouts " + timeouts + ", ticks " + ticks + ", bytes "
                        + bytes,
                () -> timers.get() >= OF_EACH && timeouts.get() >= 2 * OF_EACH && ended.get() >= 2);
        // Whatever comes twice has come.
        uring.raw().nop().block(Duration.ofSeconds(20));
        Await.until("an idle ring", () -> uring.stats().inFlight() == 0);
        uring.disposeLater().block(Duration.ofSeconds(20));
        System.out.println("timers " + timers + ", timeouts " + timeouts + ", ticks " + ticks + ", bytes " + bytes
                + ", ended " + ended + ", others " + others);
    }

    private static void count(Publisher<?> source, AtomicInteger timeouts, AtomicInteger others) {
        Flux.from(source).subscribe(value -> others.incrementAndGet(), error -> {
            if (error instanceof TimeoutException) {
                timeouts.incrementAndGet();
            } else {
                others.incrementAndGet();
            }
        });
    }
}
