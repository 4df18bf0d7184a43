package io.github.reactoruring.internal.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.github.reactoruring.internal.ring.kernel.KernelRing;
import io.github.reactoruring.internal.ring.kernel.KernelView;
import io.github.reactoruring.internal.ring.kernel.RingConfig;
import io.github.reactoruring.internal.sys.ErrnoException;
import io.github.reactoruring.internal.sys.IoUringAbi;

/** A ring of the kernel, owned by the thread that opens it. */
public final class RingUnderTest implements AutoCloseable {

    public static final long WAKE = Ring.WAKE_USER_DATA;

    public final KernelRing ring;
    private final CqeBatch batch = new CqeBatch(64);

    /** A completion. */
    public record Cqe(long userData, int result, int flags) {
    }

    private RingUnderTest(KernelRing ring) {
        this.ring = ring;
    }

    /** Names the kernels that the fallbacks are tested as. */
    static Stream<String> views() {
        return Stream.of("real", "5.19", "6.0", "6.1", "6.6", "6.12");
    }

    public static KernelView view(String name) {
        return name.equals("real") ? KernelView.real() : KernelView.parse(name);
    }

    public static RingUnderTest open(String view, int submissionEntries, int completionEntries) throws ErrnoException {
        KernelRing ring = KernelRing.open(new RingConfig(submissionEntries, completionEntries, view(view)));
        assertThat(ring.enable()).isZero();
        return new RingUnderTest(ring);
    }

    public void stageNop(long userData) {
        Sqe sqe = ring.nextSqe();
        assertThat(sqe).as("a free SQE").isNotNull();
        sqe.opcode(IoUringAbi.IORING_OP_NOP).fd(-1).userData(userData);
    }

    /** Submits what the ring needs to be woken by, where it needs something. */
    public void armWake() {
        assertThat(ring.armWake()).isTrue();
        int staged = ring.staged();
        assertThat(ring.enter(true, 0, -1)).isEqualTo(staged);
    }

    /** Takes what is there. */
    public List<Cqe> reap() {
        List<Cqe> taken = new ArrayList<>();
        while (ring.reap(batch) > 0) {
            for (int i = 0; i < batch.size(); i++) {
                taken.add(new Cqe(batch.userData(i), batch.result(i), batch.flags(i)));
            }
            batch.clear();
        }
        return taken;
    }

    @Override
    public void close() {
        ring.close();
    }
}
