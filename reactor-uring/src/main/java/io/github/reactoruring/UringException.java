package io.github.reactoruring;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

/**
 * Signals that the kernel refused or failed an operation, for which java.nio.file has no exception of its own.
 *
 * <p>Carries what is needed to act on it: the errno and its name, the operation, and the file where there is one.
 */
public class UringException extends IOException {

    private static final long serialVersionUID = 1L;

    private final int errno;
    private final String errnoName;
    private final String operation;
    private final @Nullable String file;

    /**
     * Describes a failed operation.
     *
     * @param errno the error number, positive
     * @param errnoName its symbol, such as "ENOSPC"
     * @param operation the operation, such as "READ"
     * @param file the path, or null
     * @param explanation the text after "OPERATION of FILE failed with ERRNO: "
     */
    public UringException(int errno, String errnoName, String operation, @Nullable String file, String explanation) {
        super(operation + (file == null ? "" : " of " + file) + " failed with " + errnoName + ": " + explanation);
        this.errno = errno;
        this.errnoName = errnoName;
        this.operation = operation;
        this.file = file;
    }

    /** Returns the error number, positive: 28 for ENOSPC. */
    public int errno() {
        return errno;
    }

    /** Returns the error's symbol, such as "ENOSPC". */
    public String errnoName() {
        return errnoName;
    }

    /** Returns the operation's name, such as "READ". */
    public String operation() {
        return operation;
    }

    /** Returns the file's path, or null where the operation has none. */
    public @Nullable String file() {
        return file;
    }
}
