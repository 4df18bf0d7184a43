package io.github.reactoruring.fault;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.AvailabilityMain;
import io.github.reactoruring.testing.process.ChildJvm;

/** A seccomp profile that refuses one of the three system calls, and allows the others: never a ring that fails later. */
@NeedsUring
@Tag("fault")
class RefusedCallsTest {

    private static final String EPERM = "1";

    @ParameterizedTest
    @CsvSource({"425, io_uring_setup", "426, io_uring_enter", "427, io_uring_register"})
    void aProfileThatForbidsOneOfThemIsNamedAsTheCause(String number, String call) throws Exception {
        assertThat(said(EPERM, number)).isEqualTo("No io_uring: " + call
                + " is forbidden, as by the default seccomp profile"
                + " of Docker and containerd: run the container with a profile that allows io_uring_setup, io_uring_enter and"
                + " io_uring_register [" + call + ": EPERM (operation not permitted)]");
    }

    /** As the profiles of Podman and CRI-O do; a kernel without io_uring says the same of the first. */
    @ParameterizedTest
    @CsvSource({"425, io_uring_setup", "426, io_uring_enter", "427, io_uring_register"})
    void aProfileThatDeniesOneOfThemExistsIsNamedAsACause(String number, String call) throws Exception {
        assertThat(said("38", number)).contains("a seccomp profile is in force", "as by Podman and CRI-O",
                "a profile that allows io_uring_setup, io_uring_enter and io_uring_register",
                "[" + call + ": ENOSYS (function not implemented)]");
    }

    /** Returns the message that everybody is given. */
    private static String said(String errno, String number) throws Exception {
        String output = new ChildJvm().run(AvailabilityMain.class, "denied", errno, number);
        assertThat(output).contains("available=false", "cause=UringUnavailableException").doesNotContain("=opened");
        String shared = output.lines().filter(line -> line.startsWith("shared=")).findFirst().orElseThrow();
        String built = output.lines().filter(line -> line.startsWith("built=")).findFirst().orElseThrow();
        assertThat(built.substring("built=".length())).isEqualTo(shared.substring("shared=".length()));
        return shared.substring("shared=".length());
    }
}
