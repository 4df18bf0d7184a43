package io.github.reactoruring.fault;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.ChildJvm;

/** A process without CAP_IPC_LOCK; see also UnavailableUringTest and RegisteredBuffersTest. */
@NeedsUring
@Tag("fault")
class LockedMemoryTest {

    /** 32,768 SQEs and 65,536 CQEs take 3 MiB. */
    @Test
    void theLargestRingBecomesOneThatFits() throws Exception {
        boolean root = System.getProperty("user.name").equals("root");
        ChildJvm child = root
                ? new ChildJvm().under("setpriv", "--bounding-set", "-ipc_lock", "--inh-caps", "-ipc_lock")
                : new ChildJvm();
        assertThat(child.under("prlimit", "--memlock=1048576:1048576").run(LargeRingMain.class)).contains("works");
    }
}
