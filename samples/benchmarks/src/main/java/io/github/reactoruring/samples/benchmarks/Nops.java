package io.github.reactoruring.samples.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import io.github.reactoruring.Uring;
import reactor.core.publisher.Flux;

/** Goes through the ring and back, with nothing done there: what a request costs whatever it is. */
final class Nops {

    private Nops() {
    }

    static List<Comparison.Row> run(Settings settings) throws Exception {
        List<Comparison.Row> rows = new ArrayList<>();
        Uring uring = Uring.builder("nops").build();
        Uring timed = Uring.builder("timed").timings(true).build();
        try (BareRing bare = new BareRing()) {
            for (int inFlight : new int[]{1, 32, 256}) {
                rows.addAll(new Comparison("NOP, " + inFlight + " in flight")
                        .add("bare ring", Variant.timed(n -> bare.run(n, inFlight, BareRing::fillNop)))
                        .add("Mono: raw().nop(), repeated", Variant.timed(n -> repeat(n, uring, inFlight)))
                        .add("the same, with timings", Variant.timed(n -> repeat(n, timed, inFlight)))
                        .add("Mono: raw().nop(), by flatMap", Variant.timed(n -> flatMap(n, uring, inFlight)))
                        .run(settings));
            }
            rows.addAll(new Comparison("NOP, one after another, each awaited by the thread that asked")
                    .add("bare ring", Variant.timed(n -> bare.run(n, 1, BareRing::fillNop)))
                    .add("Mono: raw().nop().block()", Variant.timed(n -> blocking(n, uring)))
                    .run(settings));
        } finally {
            uring.disposeLater().block();
            timed.disposeLater().block();
        }
        return rows;
    }

    /** Subscribes each again when it has ended: what the sources themselves cost. */
    private static long repeat(long n, Uring uring, int inFlight) {
        long each = Math.max(1, n / inFlight);
        CountDownLatch running = new CountDownLatch(inFlight);
        for (int i = 0; i < inFlight; i++) {
            uring.raw().nop().repeat(each - 1).subscribe(null, null, running::countDown);
        }
        try {
            running.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return each * inFlight;
    }

    /** The operator looks through all that it has in flight at the end of each. */
    private static long flatMap(long n, Uring uring, int inFlight) {
        Flux.range(0, (int) n).flatMap(i -> uring.raw().nop(), inFlight).then().block();
        return n;
    }

    private static long blocking(long n, Uring uring) {
        for (long i = 0; i < n; i++) {
            uring.raw().nop().block();
        }
        return n;
    }
}
