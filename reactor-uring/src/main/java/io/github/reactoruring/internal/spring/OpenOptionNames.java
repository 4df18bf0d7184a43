package io.github.reactoruring.internal.spring;

import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.file.WriteOptions;

/** Translates how java.nio.file says a file is to be written. */
public final class OpenOptionNames {

    private OpenOptionNames() {
    }

    /**
     * Returns what DataBufferUtils.write means by these options, or null for an option that {@link WriteOptions} has no
     * word for.
     *
     * @throws IllegalArgumentException if READ is among them, or they contradict each other
     */
    public static @Nullable WriteOptions writing(OpenOption... options) {
        if (options.length == 0) {
            return WriteOptions.defaults();
        }
        WriteOptions writing = WriteOptions.defaults().withCreation(WriteOptions.Creation.NEVER);
        boolean append = false;
        boolean truncate = false;
        for (OpenOption option : options) {
            if (!(option instanceof StandardOpenOption standard)) {
                return null;
            }
            switch (standard) {
                case READ -> throw new IllegalArgumentException("READ not allowed");
                case WRITE, SPARSE -> {
                    // Implied, and a mere hint.
                }
                case APPEND -> append = true;
                case TRUNCATE_EXISTING -> truncate = true;
                case CREATE -> writing = writing.creation() == WriteOptions.Creation.NEW
                        ? writing
                        : writing.withCreation(WriteOptions.Creation.IF_MISSING);
                case CREATE_NEW -> writing = writing.withCreation(WriteOptions.Creation.NEW);
                case SYNC -> writing = writing.withSync(WriteOptions.Sync.ALL);
                case DSYNC -> writing = writing.sync() == WriteOptions.Sync.ALL
                        ? writing
                        : writing.withSync(WriteOptions.Sync.DATA);
                case DELETE_ON_CLOSE -> {
                    return null;
                }
            }
        }
        if (append && truncate) {
            throw new IllegalArgumentException("APPEND + TRUNCATE_EXISTING not allowed");
        }
        if (append) {
            return writing.append();
        }
        return truncate ? writing.truncate() : writing.from(0);
    }

    /** Throws where there are none, or one is missing. */
    public static void requireAll(OpenOption... options) {
        for (OpenOption option : Objects.requireNonNull(options, "options")) {
            Objects.requireNonNull(option, "one of the options");
        }
    }
}
