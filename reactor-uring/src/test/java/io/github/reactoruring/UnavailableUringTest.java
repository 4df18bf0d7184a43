package io.github.reactoruring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.AvailabilityMain;
import io.github.reactoruring.testing.process.ChildJvm;

/** Each case in a JVM of its own, denied what the name says. */
@EnabledOnOs(OS.LINUX)
class UnavailableUringTest {

    private static final String EPERM = "1";
    private static final String ENOSYS = "38";

    @Test
    void aSeccompProfileIsNamedAsTheCause() throws Exception {
        assertUnavailable(new ChildJvm().run(AvailabilityMain.class, "denied", EPERM))
                .contains("seccomp", "Docker", "a profile that allows io_uring_setup", "EPERM");
    }

    @Test
    void anOldKernelIsNamedAsTheCause() throws Exception {
        assertUnavailable(new ChildJvm().run(AvailabilityMain.class, "denied", ENOSYS))
                .contains("no io_uring", "Linux 5.19", "ENOSYS");
    }

    @Test
    void theSysctlIsNamedAsTheCause(@TempDir Path directory) throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "a mount namespace needs root");
        assumeTrue(Files.exists(Path.of("/proc/sys/kernel/io_uring_disabled")), "this kernel has no such sysctl");
        Path value = Files.writeString(directory.resolve("value"), "2\n");
        // Only the child sees this value; the kernel's own stays as it is, and the filter refuses in its place.
        String output = new ChildJvm().under("unshare", "--mount", "sh", "-c",
                "mount --bind '" + value + "' /proc/sys/kernel/io_uring_disabled && exec \"$0\" \"$@\"")
                .run(AvailabilityMain.class, "denied", EPERM);

        assertUnavailable(output).contains("kernel.io_uring_disabled=2", "sysctl -w kernel.io_uring_disabled=0");
    }

    @Test
    void anotherSystemIsNamedAsTheCause() throws Exception {
        assertUnavailable(new ChildJvm().with("-Dos.name=Mac OS X").run(AvailabilityMain.class))
                .contains("io_uring is Linux's, and this is Mac OS X");
    }

    @Test
    void anotherArchitectureIsNamedAsTheCause() throws Exception {
        assertUnavailable(new ChildJvm().with("-Dos.arch=riscv64").run(AvailabilityMain.class))
                .contains("amd64 and aarch64", "riscv64");
    }

    @Test
    void aJvmWithoutNativeAccessIsNamedAsTheCause() throws Exception {
        assertThat(new ChildJvm().withoutNativeAccess().run(AvailabilityMain.class)).contains("available=false",
                "shared=No io_uring: this JVM cannot call the C library", "--enable-native-access=ALL-UNNAMED");
    }

    @Test
    @NeedsUring
    void aShortMemlockLimitIsNamedAsTheCause() throws Exception {
        assertUnavailable(withMemlock(4096)).contains("ulimit -l", "ENOMEM");
    }

    @Test
    @NeedsUring
    void aRingThatDoesNotFitTheMemlockLimitBecomesSmaller() throws Exception {
        // 512 SQEs and 8192 CQEs take 160 KiB.
        assertThat(withMemlock(96 * 1024)).contains("available=true", "shared=opened");
    }

    private static String withMemlock(int bytes) throws Exception {
        boolean root = System.getProperty("user.name").equals("root");
        ChildJvm child = root
                ? new ChildJvm().under("setpriv", "--bounding-set", "-ipc_lock", "--inh-caps", "-ipc_lock")
                : new ChildJvm();
        return child.under("prlimit", "--memlock=" + bytes + ":" + bytes).run(AvailabilityMain.class);
    }

    /** Checks that everybody is told, and by no other exception, which would have ended the child; returns the message. */
    private static AbstractStringAssert<?> assertUnavailable(String output) {
        assertThat(output).contains("available=false", "cause=UringUnavailableException").doesNotContain("=opened");
        String shared = output.lines().filter(line -> line.startsWith("shared=")).findFirst().orElseThrow();
        String built = output.lines().filter(line -> line.startsWith("built=")).findFirst().orElseThrow();
        assertThat(built.substring("built=".length())).isEqualTo(shared.substring("shared=".length()));
        return assertThat(shared);
    }
}
