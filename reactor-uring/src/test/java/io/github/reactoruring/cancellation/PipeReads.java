package io.github.reactoruring.cancellation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.UringPipe;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;

/** Reads of one byte each that wait on one pipe. */
final class PipeReads {

    final UringPipe pipe;
    final List<Probe<ByteBuffer>> reads = new ArrayList<>();

    private PipeReads(UringPipe pipe) {
        this.pipe = pipe;
    }

    /** Starts {@code count} reads on a new pipe, and waits until the kernel has them. */
    static PipeReads start(Uring uring, int count) {
        PipeReads reads = new PipeReads(uring.files().pipe().block());
        Await.until("the pipe's NOP is over", () -> uring.stats().submitted() == uring.stats().completed()
                + uring.stats().inFlight());
        long before = uring.stats().inFlight();
        for (int i = 0; i < count; i++) {
            reads.more();
        }
        Await.until(Duration.ofSeconds(20), () -> count + " reads in flight, but " + uring.stats(),
                () -> uring.stats().inFlight() == before + count);
        return reads;
    }

    /** Starts another, without waiting. */
    Probe<ByteBuffer> more() {
        Probe<ByteBuffer> read = Probe.idle();
        pipe.source().read(1).subscribe(read);
        reads.add(read.request(1));
        return read;
    }

    void dispose() {
        reads.forEach(Probe::dispose);
    }

    void dispose(int from, int to) {
        reads.subList(from, to).forEach(Probe::dispose);
    }

    /** Writes {@code count} different bytes, from 0. */
    void write(int count) {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        for (int i = 0; i < count; i++) {
            bytes.put((byte) i);
        }
        assertThat(pipe.sink().write(bytes.flip()).block()).isEqualTo(count);
    }

    void assertSilent() {
        reads.forEach(Probe::assertSilent);
    }
}
