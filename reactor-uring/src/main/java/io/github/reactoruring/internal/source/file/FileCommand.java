package io.github.reactoruring.internal.source.file;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.OneShot;
import io.github.reactoruring.internal.sys.IoUringAbi;
import reactor.core.CoreSubscriber;

/** Does something to an open file that needs no memory: FSYNC, FALLOCATE, FTRUNCATE, FADVISE. */
public final class FileCommand extends OneShot<Void> {

    /** Fills an SQE for a file's descriptor. */
    @FunctionalInterface
    public interface Preparation {

        void fill(Sqe sqe, int fd);
    }

    /**
     * Says what is done.
     *
     * @param opcode the operation's number
     * @param name its name
     * @param preparation fills its SQE
     */
    public record Command(int opcode, String name, Preparation preparation) {

        /** Writes a file's content and metadata to the disk, or only what is needed to read it again. */
        public static Command sync(boolean dataOnly) {
            return new Command(IoUringAbi.IORING_OP_FSYNC, "FSYNC",
                    (sqe, fd) -> Prep.fsync(sqe, fd, dataOnly ? IoUringAbi.IORING_FSYNC_DATASYNC : 0));
        }

        /** Allocates room, and extends the file where it goes past the end. */
        public static Command allocate(long position, long length) {
            return new Command(IoUringAbi.IORING_OP_FALLOCATE, "FALLOCATE",
                    (sqe, fd) -> Prep.fallocate(sqe, fd, 0, position, length));
        }

        /** Sets the size (Linux 6.9). */
        public static Command truncate(long size) {
            return new Command(IoUringAbi.IORING_OP_FTRUNCATE, "FTRUNCATE",
                    (sqe, fd) -> Prep.ftruncate(sqe, fd, size));
        }

        public static Command advise(long position, long length, int advice) {
            return new Command(IoUringAbi.IORING_OP_FADVISE, "FADVISE",
                    (sqe, fd) -> Prep.fadvise(sqe, fd, position, length, advice));
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
        command.preparation().fill(sqe, file.descriptor());
        sqe.addFlags(file.sqeFlags());
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
