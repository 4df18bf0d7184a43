package io.github.reactoruring.internal.source.file;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.OneShot;
import io.github.reactoruring.internal.sys.IoUringAbi;
import reactor.core.CoreSubscriber;

/** Does something to an open file that needs no memory: FSYNC, FALLOCATE, FTRUNCATE, FADVISE. */
public final class FileCommand extends OneShot<Void> {

    /**
     * Says what is done.
     *
     * @param opcode the operation's number
     * @param name its name
     * @param off the SQE's off
     * @param addr the SQE's addr
     * @param len the SQE's len
     * @param opFlags the operation's own flags
     */
    public record Command(int opcode, String name, long off, long addr, int len, int opFlags) {

        private static final long MOST_BYTES = 0xFFFF_FFFFL;

        /** Writes a file's content and metadata to the disk, or only what is needed to read it again. */
        public static Command sync(boolean dataOnly) {
            return new Command(IoUringAbi.IORING_OP_FSYNC, "FSYNC", 0, 0, 0,
                    dataOnly ? IoUringAbi.IORING_FSYNC_DATASYNC : 0);
        }

        /** Allocates room, and extends the file where it goes past the end. */
        public static Command allocate(long position, long length) {
            return new Command(IoUringAbi.IORING_OP_FALLOCATE, "FALLOCATE", position, length, 0, 0);
        }

        /** Sets the size (Linux 6.9). */
        public static Command truncate(long size) {
            return new Command(IoUringAbi.IORING_OP_FTRUNCATE, "FTRUNCATE", size, 0, 0, 0);
        }

        /** Advises; a length over 4 GiB goes where kernels that know such put it (addr). */
        public static Command advise(long position, long length, int advice) {
            boolean fits = length <= MOST_BYTES;
            return new Command(IoUringAbi.IORING_OP_FADVISE, "FADVISE", position, fits ? 0 : length,
                    fits ? (int) length : 0, advice);
        }
    }

    private final OpenFile file;
    private final Command command;

    public FileCommand(OpenFile file, CoreSubscriber<? super Void> actual, Command command) {
        super(file.loop(), actual);
        this.file = file;
        this.command = command;
    }

    @Override
    protected int opcode() {
        return command.opcode();
    }

    @Override
    protected OpenFile file() {
        return file;
    }

    /** The kernel hands these to a worker, which looks the file up only when it gets to it. */
    @Override
    protected boolean elusive() {
        return true;
    }

    @Override
    protected void prepare(Sqe sqe) {
        sqe.opcode(command.opcode()).flags(file.sqeFlags()).fd(file.descriptor()).off(command.off())
                .addr(command.addr()).len(command.len()).opFlags(command.opFlags());
    }

    @Override
    protected @Nullable Void value(int result, int flags) throws IOException {
        if (result < 0) {
            throw Errors.ofPath(-result, command.name(), file.name());
        }
        return null;
    }

    @Override
    public String toString() {
        return command.name() + " of " + file.name();
    }
}
