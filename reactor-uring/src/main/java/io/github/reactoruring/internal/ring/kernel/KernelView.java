package io.github.reactoruring.internal.ring.kernel;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.reactoruring.internal.ring.RingFeature;

/**
 * Shows a kernel as an older one would look: the features and opcodes that came later are not found, and refused where they
 * are used ({@link OlderKernel}).
 *
 * <p>For tests of the fallbacks: {@code -Dreactoruring.kernel=6.1}.
 */
public final class KernelView {

    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)");
    private static final KernelView REAL = new KernelView(Integer.MAX_VALUE);
    /** The highest opcode of each kernel that added some. */
    private static final int[][] LAST_OPCODES = {{5_001, 7}, {5_002, 8}, {5_003, 10}, {5_004, 11}, {5_005, 16},
            {5_006, 29}, {5_007, 32}, {5_008, 33}, {5_011, 36}, {5_015, 39}, {5_018, 40}, {5_019, 46}, {6_000, 47},
            {6_001, 48}, {6_007, 53}, {6_008, 54},
            {6_009, 55}, {6_011, 57}, {6_015, 61}, {6_016, 62}};

    private final int version;

    private KernelView(int version) {
        this.version = version;
    }

    /** Shows the kernel as it is. */
    public static KernelView real() {
        return REAL;
    }

    /** Reads the property {@code reactoruring.kernel}. */
    public static KernelView configured() {
        String text = System.getProperty("reactoruring.kernel", "");
        return text.isEmpty() ? REAL : parse(text);
    }

    /** Shows the kernel as version {@code text}, such as "6.1". */
    public static KernelView parse(String text) {
        Matcher matcher = VERSION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "reactoruring.kernel: expected MAJOR.MINOR, such as 6.1, but got " + text);
        }
        return new KernelView(
                RingFeature.version(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))));
    }

    /** Says whether this shows the kernel as it is. */
    boolean isReal() {
        return this == REAL;
    }

    boolean isSince(int major, int minor) {
        return RingFeature.version(major, minor) <= version;
    }

    boolean shows(RingFeature feature) {
        return feature.presentIn(version);
    }

    boolean showsOpcode(int opcode) {
        if (this == REAL) {
            return true;
        }
        int last = -1;
        for (int[] row : LAST_OPCODES) {
            last = row[0] <= version ? row[1] : last;
        }
        return opcode <= last;
    }

    @Override
    public String toString() {
        return this == REAL ? "the real kernel" : "Linux " + version / 1000 + "." + version % 1000;
    }
}
