package io.github.reactoruring.internal.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.UringUnavailableException;
import io.github.reactoruring.internal.ring.kernel.OldKernelException;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.ErrnoException;

/** Explains why there is no io_uring, and what to do about it. */
final class Unavailability {

    private static final Path SYSCTL = Path.of("/proc/sys/kernel/io_uring_disabled");
    /** Of this thread: a filter binds those that come from who has it. */
    private static final Path STATUS = Path.of("/proc/thread-self/status");
    private static final Pattern FILTERED = Pattern.compile("^Seccomp:\\s*2$", Pattern.MULTILINE);
    private static final String PROFILE = "run the container with a profile that allows io_uring_setup, io_uring_enter and"
            + " io_uring_register";

    private static final String LEAST_KERNEL = "5.19 or newer; 5.13 is the least that can do";

    private Unavailability() {
    }

    /** Returns what rules io_uring out before the kernel is asked, or null. */
    static @Nullable UringUnavailableException ofPlatform() {
        String os = System.getProperty("os.name", "");
        String arch = System.getProperty("os.arch", "");
        if (!os.equals("Linux")) {
            return new UringUnavailableException("io_uring is Linux's, and this is " + os
                    + ": use another I/O library here, or run in a Linux container or VM");
        }
        if (!arch.equals("amd64") && !arch.equals("aarch64")) {
            return new UringUnavailableException("Only amd64 and aarch64 are supported, and this is " + arch);
        }
        return null;
    }

    /** Explains a refusal by the kernel. */
    static UringUnavailableException of(ErrnoException refusal) {
        if (refusal instanceof OldKernelException) {
            return new UringUnavailableException("No io_uring: this kernel's is too old: " + refusal.getMessage()
                    + ". Run Linux " + LEAST_KERNEL, refusal);
        }
        String advice = switch (refusal.errno()) {
            case Errno.ENOSYS -> missing();
            case Errno.EPERM, Errno.EACCES -> permission(refusal.call());
            case Errno.ENOMEM ->
                "memory for the ring is short: raise `ulimit -l` (memlock) or the container's limit, or"
                        + " build with fewer entries";
            case Errno.EMFILE, Errno.ENFILE -> "too many open files: raise `ulimit -n`";
            case Errno.EINVAL -> "this kernel refuses the ring's flags: run Linux " + LEAST_KERNEL;
            default -> "the kernel refused";
        };
        return new UringUnavailableException("No io_uring: " + advice + " [" + refusal.getMessage() + "]", refusal);
    }

    /** Says whether it is for want of what others may give back. */
    static boolean isPassing(Throwable refusal) {
        for (Throwable cause = refusal; cause != null; cause = cause.getCause()) {
            if (cause instanceof ErrnoException call) {
                return switch (call.errno()) {
                    case Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM, Errno.EAGAIN, Errno.EINTR -> true;
                    default -> false;
                };
            }
            if (cause instanceof VirtualMachineError) {
                return true;
            }
        }
        // A class that could not be loaded, or the like.
        return refusal.getCause() instanceof LinkageError && !isForbidden(refusal);
    }

    private static boolean isForbidden(Throwable linkFailure) {
        for (Throwable cause = linkFailure; cause != null; cause = cause.getCause()) {
            // Of a class that failed to initialise before, the JVM knows the name of the cause only.
            if (cause instanceof IllegalCallerException
                    || String.valueOf(cause.getMessage()).contains(IllegalCallerException.class.getSimpleName())) {
                return true;
            }
        }
        return false;
    }

    /** Explains a C library or JVM that does not let us call the kernel, or has not loaded what it takes. */
    static UringUnavailableException of(Throwable linkFailure) {
        if (!isForbidden(linkFailure)) {
            return new UringUnavailableException(
                    "No io_uring: the JVM could not load or link what calls the kernel. Are too"
                            + " many files open (`ulimit -n`), or is memory short? [" + linkFailure + "]",
                    linkFailure);
        }
        return new UringUnavailableException("No io_uring: this JVM cannot call the C library. Start it with"
                + " --enable-native-access=ALL-UNNAMED (or =io.github.reactoruring on the module path) [" + linkFailure
                + "]", linkFailure);
    }

    /** The kernel says it for what it does not have, a profile for what it hides. */
    private static String missing() {
        String old = "this kernel has no io_uring: run Linux " + LEAST_KERNEL;
        return FILTERED.matcher(read(STATUS)).find()
                ? old + "; or, since a seccomp profile is in force, it is hidden, as by Podman and CRI-O: " + PROFILE
                : old;
    }

    private static String permission(String call) {
        String value = read(SYSCTL).trim();
        if (value.equals("1") || value.equals("2")) {
            return "it is switched off by kernel.io_uring_disabled=" + value
                    + ": run `sysctl -w kernel.io_uring_disabled=0` on the host";
        }
        return call + " is forbidden, as by the default seccomp profile of Docker and containerd: " + PROFILE;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException | RuntimeException e) {
            return "";
        }
    }
}
