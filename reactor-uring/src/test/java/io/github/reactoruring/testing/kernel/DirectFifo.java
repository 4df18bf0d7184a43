package io.github.reactoruring.testing.kernel;

import java.lang.foreign.Arena;
import java.nio.file.Path;

import io.github.reactoruring.Uring;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;

/** A FIFO open in a slot of a ring's file table, by raw operations, so that its slot is known. */
public final class DirectFifo implements AutoCloseable {

    private static final int IORING_FILE_INDEX_ALLOC = -1;
    private static final int AT_FDCWD = -100;
    private static final int O_RDWR = 2;

    private final Uring uring;
    private final int slot;

    private DirectFifo(Uring uring, int slot) {
        this.uring = uring;
        this.slot = slot;
    }

    /** Makes one in {@code directory}, and opens it to read and write. */
    public static DirectFifo open(Uring uring, Path directory) throws Exception {
        Path fifo = Fifo.make(directory.resolve("direct-fifo"));
        int slot = uring.raw().submit(openat(fifo, O_RDWR, IORING_FILE_INDEX_ALLOC)).block().result();
        return new DirectFifo(uring, slot);
    }

    /** Describes an OPENAT into a slot: {@code fileIndex} is the slot plus one, or -1 for any. */
    public static Operation openat(Path path, int openFlags, int fileIndex) {
        return Operation.of(Opcode.OPENAT).fd(AT_FDCWD).pointer(Arena.ofAuto().allocateFrom(path.toString()))
                .operationFlags(openFlags).fileIndex(fileIndex);
    }

    /** Returns its slot. */
    public int slot() {
        return slot;
    }

    @Override
    public void close() {
        uring.raw().submit(Operation.of(Opcode.CLOSE).fd(0).fileIndex(slot + 1)).block();
    }
}
