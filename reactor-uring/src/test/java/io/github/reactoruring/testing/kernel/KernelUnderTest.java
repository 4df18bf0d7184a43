package io.github.reactoruring.testing.kernel;

import java.util.function.Supplier;

import org.junit.jupiter.api.Assumptions;

import io.github.reactoruring.Uring;
import io.github.reactoruring.UringBuilder;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.ring.RingFeatures;
import io.github.reactoruring.internal.ring.kernel.KernelRing;
import io.github.reactoruring.internal.ring.kernel.KernelView;
import io.github.reactoruring.internal.ring.kernel.RingConfig;
import io.github.reactoruring.internal.sys.ErrnoException;
import io.github.reactoruring.raw.Opcode;

/**
 * Says what the kernel of this run can do, as {@code -Dreactoruring.kernel=X} lets it be seen; and shows a Uring another
 * one.
 */
public final class KernelUnderTest {

    private static final String VIEW = "reactoruring.kernel";
    private static final RingFeatures FEATURES = probe();

    private KernelUnderTest() {
    }

    /** Says whether rings of this run use the feature. */
    public static boolean has(RingFeature feature) {
        return FEATURES.has(feature);
    }

    /** Says whether rings of this run know the operation. */
    public static boolean has(Opcode opcode) {
        return FEATURES.supports(opcode.code());
    }

    /** Skips the test, saying why, where a feature it is about is missing. */
    public static void assume(RingFeature feature) {
        assume(has(feature), feature.toString());
    }

    /** Skips the test, saying why, where an operation it is about is missing. */
    public static void assume(Opcode opcode) {
        assume(has(opcode), opcode.toString());
    }

    /** Skips the test, saying why, where it is to see a kernel older than what it is about, of which nothing else tells. */
    public static void assumeSince(int major, int minor, String what) {
        assume(isSince(major, minor), what);
    }

    /** Says whether rings of this run see a kernel that is no older than this one. */
    public static boolean isSince(int major, int minor) {
        String[] shown = System.getProperty(VIEW, "").split("\\.");
        return shown.length < 2 || RingFeature.version(Integer.parseInt(shown[0]),
                Integer.parseInt(shown[1])) >= RingFeature.version(major, minor);
    }

    private static void assume(boolean present, String what) {
        Assumptions.assumeTrue(present, () -> KernelView.configured() + " has no " + what);
    }

    /** Builds a Uring that sees the kernel as Linux {@code version}, such as "6.1". */
    public static Uring build(UringBuilder builder, String version) {
        return seeing(version, builder::build);
    }

    /** Builds a Uring that sees the kernel as it is, whatever the run is told to see: for what a test needs around it. */
    public static Uring buildUnmasked(UringBuilder builder) {
        return seeing("", builder::build);
    }

    private static synchronized <T> T seeing(String version, Supplier<T> action) {
        String before = System.getProperty(VIEW, "");
        System.setProperty(VIEW, version);
        try {
            return action.get();
        } finally {
            System.setProperty(VIEW, before);
        }
    }

    private static RingFeatures probe() {
        try (KernelRing ring = KernelRing.open(new RingConfig(1, 2, KernelView.configured()))) {
            return ring.features();
        } catch (ErrnoException e) {
            throw new IllegalStateException(e);
        }
    }
}
