package io.github.reactoruring.internal.source.file;

import static io.github.reactoruring.internal.sys.OpenFlags.O_APPEND;
import static io.github.reactoruring.internal.sys.OpenFlags.O_CREAT;
import static io.github.reactoruring.internal.sys.OpenFlags.O_DIRECT;
import static io.github.reactoruring.internal.sys.OpenFlags.O_DSYNC;
import static io.github.reactoruring.internal.sys.OpenFlags.O_EXCL;
import static io.github.reactoruring.internal.sys.OpenFlags.O_NOFOLLOW;
import static io.github.reactoruring.internal.sys.OpenFlags.O_RDONLY;
import static io.github.reactoruring.internal.sys.OpenFlags.O_RDWR;
import static io.github.reactoruring.internal.sys.OpenFlags.O_SYNC;
import static io.github.reactoruring.internal.sys.OpenFlags.O_TRUNC;
import static io.github.reactoruring.internal.sys.OpenFlags.O_WRONLY;

import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Turns java.nio.file's open options into flags of open(2), as FileChannel.open understands them. */
public final class OpenOptions {

    private static final int DEFAULT_MODE = 0666;

    private OpenOptions() {
    }

    public static OpenHow how(boolean directDescriptor, OpenOption... options) {
        for (OpenOption option : Objects.requireNonNull(options, "options")) {
            Objects.requireNonNull(option, "one of the options");
        }
        Set<OpenOption> set = new LinkedHashSet<>(List.of(options));
        boolean append = set.contains(StandardOpenOption.APPEND);
        boolean write = append || set.contains(StandardOpenOption.WRITE);
        boolean read = set.contains(StandardOpenOption.READ) || !write;
        if (append && set.contains(StandardOpenOption.READ)) {
            throw new IllegalArgumentException("READ and APPEND do not go together");
        }
        if (append && set.contains(StandardOpenOption.TRUNCATE_EXISTING)) {
            throw new IllegalArgumentException("APPEND and TRUNCATE_EXISTING do not go together");
        }
        int flags = write ? (read ? O_RDWR : O_WRONLY) : O_RDONLY;
        for (OpenOption option : set) {
            flags |= flag(option, write);
        }
        boolean unlink = set.contains(StandardOpenOption.DELETE_ON_CLOSE);
        return new OpenHow(flags, DEFAULT_MODE, directDescriptor, unlink);
    }

    private static int flag(OpenOption option, boolean write) {
        if (option == LinkOption.NOFOLLOW_LINKS) {
            return O_NOFOLLOW;
        }
        if (isDirect(option)) {
            return O_DIRECT;
        }
        if (!(option instanceof StandardOpenOption standard)) {
            throw new UnsupportedOperationException("Cannot open with " + option);
        }
        return switch (standard) {
            case READ, WRITE, SPARSE -> 0;
            case APPEND -> O_APPEND;
            case CREATE -> write ? O_CREAT : 0;
            case CREATE_NEW -> write ? O_CREAT | O_EXCL : 0;
            case TRUNCATE_EXISTING -> write ? O_TRUNC : 0;
            case SYNC -> O_SYNC;
            case DSYNC -> O_DSYNC;
            // A link is not what it leads to: deleting the one and using the other is what nobody means.
            case DELETE_ON_CLOSE -> O_NOFOLLOW;
        };
    }

    /** Known by name: ExtendedOpenOption is in jdk.unsupported, which a program may do without. */
    private static boolean isDirect(OpenOption option) {
        return option instanceof Enum<?> constant && constant.name().equals("DIRECT")
                && constant.getDeclaringClass().getName().equals("com.sun.nio.file.ExtendedOpenOption");
    }
}
