package io.github.reactoruring.file;

/**
 * Says how a file is replaced. Immutable: each method returns a changed copy.
 *
 * @param maxInFlight the most buffers that are requested from the source and not yet written, 1 to 32768
 * @param durable whether the new content, and then the new name, are on the disk before the replacement completes
 *     (fsync of the file and of its directory): without, a crash of the system may leave an empty file
 */
public record ReplaceOptions(int maxInFlight, boolean durable) {

    private static final ReplaceOptions DEFAULTS = new ReplaceOptions(WriteOptions.defaults().maxInFlight(), true);

    /** Checks the values. */
    public ReplaceOptions {
        WriteOptions.defaults().withMaxInFlight(maxInFlight);
    }

    /** Returns: 16 buffers in flight, durable. */
    public static ReplaceOptions defaults() {
        return DEFAULTS;
    }

    /** Changes how many buffers are requested from the source and not yet written. */
    public ReplaceOptions withMaxInFlight(int buffers) {
        return new ReplaceOptions(buffers, durable);
    }

    /** Changes whether it has to survive a crash of the system. */
    public ReplaceOptions withDurable(boolean survives) {
        return new ReplaceOptions(maxInFlight, survives);
    }
}
