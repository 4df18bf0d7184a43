package io.github.reactoruring.internal.facet;

import static io.github.reactoruring.internal.sys.OpenFlags.O_APPEND;
import static io.github.reactoruring.internal.sys.OpenFlags.O_CREAT;
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
import java.util.Set;

/** Turns java.nio.file's open options into flags of open(2), as FileChannel.open understands them. */
final class OpenOptions {

    private OpenOptions() {
    }

    static int flags(OpenOption... options) {
        Set<OpenOption> set = Set.of(options);
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
        return flags;
    }

    private static int flag(OpenOption option, boolean write) {
        if (option == LinkOption.NOFOLLOW_LINKS) {
            return O_NOFOLLOW;
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
            case DELETE_ON_CLOSE -> throw new UnsupportedOperationException("Cannot open with DELETE_ON_CLOSE");
        };
    }
}
