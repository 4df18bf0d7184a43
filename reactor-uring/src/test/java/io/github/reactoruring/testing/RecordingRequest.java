package io.github.reactoruring.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.loop.Request;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.IoUringAbi;

/** A request that does nothing but remember what became of it. */
public final class RecordingRequest extends Request {

    private static final int POLLIN = 1;

    private final int opcode;
    private final Consumer<Sqe> fill;
    private final @Nullable OpenFile file;
    private final boolean elusive;
    private final List<Integer> completed = new ArrayList<>();
    private final List<Integer> discarded = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private int released;
    private Runnable onEach = () -> {
    };

    private RecordingRequest(EventLoop loop, int opcode, @Nullable OpenFile file, boolean elusive,
            Consumer<Sqe> fill) {
        super(loop);
        this.opcode = opcode;
        this.file = file;
        this.elusive = elusive;
        this.fill = fill;
    }

    public static RecordingRequest nop(EventLoop loop) {
        return of(loop, IoUringAbi.IORING_OP_NOP, sqe -> sqe.fd(-1));
    }

    public static RecordingRequest poll(EventLoop loop, int fd) {
        return of(loop, IoUringAbi.IORING_OP_POLL_ADD, sqe -> sqe.fd(fd).opFlags(POLLIN));
    }

    /** Polls a file of the library's own. */
    public static RecordingRequest poll(OpenFile file) {
        return onFile(file, IoUringAbi.IORING_OP_POLL_ADD, false, sqe -> sqe.opFlags(POLLIN));
    }

    public static RecordingRequest of(EventLoop loop, int opcode, Consumer<Sqe> fill) {
        return new RecordingRequest(loop, opcode, null, false, fill);
    }

    public static RecordingRequest onFile(OpenFile file, int opcode, boolean elusive, Consumer<Sqe> fill) {
        return new RecordingRequest(file.loop(), opcode, file, elusive,
                sqe -> fill.accept(sqe.fd(file.descriptor()).flags(file.sqeFlags())));
    }

    /** Runs {@code action} in every callback, after it was recorded. */
    public RecordingRequest onEach(Runnable action) {
        onEach = action;
        return this;
    }

    /** Submits, and returns itself. */
    public RecordingRequest submitted() {
        submit();
        return this;
    }

    public List<Integer> completed() {
        return completed;
    }

    public List<Integer> discarded() {
        return discarded;
    }

    public List<Throwable> failures() {
        return failures;
    }

    /** Returns how often it was released. */
    public int releasedCount() {
        return released;
    }

    @Override
    protected int opcode() {
        return opcode;
    }

    @Override
    protected @Nullable OpenFile file() {
        return file;
    }

    @Override
    protected boolean mayGiveMore() {
        return true;
    }

    @Override
    protected boolean elusive() {
        return elusive;
    }

    @Override
    protected void prepare(Sqe sqe) {
        fill.accept(sqe.opcode(opcode));
    }

    @Override
    protected void completed(int result, int flags) {
        completed.add(result);
        onEach.run();
    }

    @Override
    protected void discarded(int result, int flags) {
        discarded.add(result);
        onEach.run();
    }

    @Override
    protected void failed(Throwable cause) {
        failures.add(cause);
        onEach.run();
    }

    @Override
    protected void released() {
        released++;
        onEach.run();
    }
}
