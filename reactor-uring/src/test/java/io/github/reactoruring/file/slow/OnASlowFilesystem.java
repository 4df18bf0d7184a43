package io.github.reactoruring.file.slow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.file.UringPipe;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.buffers.TrackedBuffers;
import io.github.reactoruring.testing.fuse.Gate;
import io.github.reactoruring.testing.fuse.NeedsFuse;
import io.github.reactoruring.testing.fuse.SlowFile;
import io.github.reactoruring.testing.fuse.SlowFileSystem;

/** Gives each test a slow filesystem, and wants nothing left of it in the end: no buffer, no descriptor, no request. */
@NeedsFuse
abstract class OnASlowFilesystem {

    static final Duration LONG = Duration.ofSeconds(10);
    /** So far apart that no read brings what another wants. */
    static final long STRIDE_BYTES = 1 << 20;
    static final int READ_BYTES = 4096;

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    final TrackedBuffers buffers = new TrackedBuffers();
    SlowFileSystem slow;

    @BeforeEach
    void mount() throws IOException {
        slow = SlowFileSystem.mount();
    }

    @AfterEach
    void unmount() {
        slow.close();
        buffers.awaitNothingLeft();
        buffers.close();
    }

    UringFile open(SlowFile file) {
        return ring.get().files().open(file.path()).block(LONG);
    }

    Probe<TrackedBuffers.Buffer> read(UringFile file, long position) {
        Probe<TrackedBuffers.Buffer> read = Probe.idle();
        file.readAt(position, READ_BYTES, buffers).subscribe(read);
        return read.request(1);
    }

    List<Probe<TrackedBuffers.Buffer>> readMany(UringFile file, int count) {
        List<Probe<TrackedBuffers.Buffer>> reads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            reads.add(read(file, i * STRIDE_BYTES));
        }
        return reads;
    }

    void assertRead(Probe<TrackedBuffers.Buffer> read, long position) {
        TrackedBuffers.Buffer buffer = read.awaitValues(1).awaitEnd().assertRules().values().getFirst();
        assertThat(buffer.content()).hasSize(READ_BYTES);
        for (int i = 0; i < READ_BYTES; i++) {
            assertThat(buffer.content()[i]).isEqualTo(SlowFile.patternAt(position + i));
        }
        buffer.release();
    }

    /** Tries with ever longer times, until one is long enough for what is timed to get to the gate. */
    static <T> T reaching(Gate gate, Function<Duration, T> attempt) {
        for (Duration time = Duration.ofMillis(30); true; time = time.multipliedBy(2)) {
            T timed = attempt.apply(time);
            if (gate.held() > 0) {
                return timed;
            }
        }
    }

    /** Fails if the ring's thread, or a timer or a pipe on the ring, waits for anything. */
    void assertOthersAreServed() {
        Uring uring = ring.get();
        uring.raw().nop().block(LONG);
        uring.timers().after(Duration.ofMillis(1)).block(LONG);
        UringPipe pipe = uring.files().pipe().block(LONG);
        pipe.sink().write(ByteBuffer.wrap(new byte[]{7})).block(LONG);
        assertThat(pipe.source().read(10).block(LONG)).isEqualTo(ByteBuffer.wrap(new byte[]{7}));
        pipe.sink().close().then(pipe.source().close()).block(LONG);
    }
}
