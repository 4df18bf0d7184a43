package io.github.reactoruring.internal.source;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.loop.Request;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.NativeMemory;

/**
 * One operation of a job of several, which cannot go on before it knows how this one ended.
 *
 * <p>Invariant: the listener hears of the end exactly once, on the owner thread, whatever the end is: completed, disposed
 * of before or after its submission, refused by a closed loop, or not waited for any longer by one that closes. What it
 * still brings in the last case goes to another.
 */
public final class Step extends Request {

    private final String operation;
    private final int opcode;
    private final String path;
    private final @Nullable OpenFile file;
    private final @Nullable OpenFile kept;
    private final Consumer<Sqe> preparation;
    private final Consumer<Step> ended;
    private final @Nullable IntConsumer late;
    private final boolean cleanup;
    private final MemorySegment[] memory;
    private final int[] forgiven;
    private int result = -Errno.ECANCELED;
    private @Nullable Throwable cause;
    private boolean told;

    private Step(EventLoop loop, Builder builder, Consumer<Step> ended) {
        super(loop);
        operation = builder.operation;
        opcode = builder.opcode;
        path = builder.path;
        file = builder.file;
        kept = builder.kept;
        late = builder.late;
        preparation = builder.preparation;
        cleanup = builder.cleanup;
        memory = builder.memory;
        forgiven = builder.forgiven;
        this.ended = ended;
    }

    /** Starts to describe a step; {@code path} is what its error names. */
    public static Builder of(String operation, int opcode, String path, Consumer<Sqe> preparation) {
        return new Builder(operation, opcode, path, preparation);
    }

    /** Says what a step does. */
    public static final class Builder {

        private final String operation;
        private final int opcode;
        private final String path;
        private final Consumer<Sqe> preparation;
        private @Nullable OpenFile file;
        private @Nullable OpenFile kept;
        private @Nullable IntConsumer late;
        private boolean cleanup;
        private MemorySegment[] memory = {};
        private int[] forgiven = {};

        private Builder(String operation, int opcode, String path, Consumer<Sqe> preparation) {
            this.operation = operation;
            this.opcode = opcode;
            this.path = path;
            this.preparation = preparation;
        }

        /** Names the file it works on. */
        public Builder on(OpenFile target) {
            file = target;
            return this;
        }

        /**
         * Keeps a file open until the step is over: the directory that its names are in, whose number must not be a stranger's
         * when a worker gets to look it up; or the file that it asks after, whose inode must not.
         */
        public Builder keeping(@Nullable OpenFile open) {
            kept = open;
            return this;
        }

        /**
         * Says what becomes of the result of one that succeeded after its end had been told: at a closing ring's deadline.
         * What it made is undone, or what it was asked for goes on.
         */
        public Builder late(IntConsumer taker) {
            late = taker;
            return this;
        }

        /** Has it served even by a closing loop, and again where somebody's cancel may have hit it. */
        public Builder cleaningUp() {
            cleanup = true;
            return this;
        }

        /** Takes these errors for a success with the result 0. */
        public Builder forgiving(int... errnos) {
            forgiven = errnos;
            return this;
        }

        /** Frees this memory in the end; the listener may still read it. */
        public Builder freeing(MemorySegment... segments) {
            memory = segments;
            return this;
        }

        /** Queues the step. */
        public Step submit(EventLoop loop, Consumer<Step> ended) {
            Step step = new Step(loop, this, ended);
            if (kept != null) {
                kept.hold();
            }
            step.submit();
            return step;
        }
    }

    /** Returns the kernel's result, or a negated errno. */
    public int result() {
        return result;
    }

    /** Returns what went wrong, or null. */
    public @Nullable Throwable error() {
        if (cause != null) {
            return cause;
        }
        return result < 0 ? Errors.told(this, Errors.ofPath(-result, operation, path)) : null;
    }

    @Override
    protected int opcode() {
        return opcode;
    }

    @Override
    protected @Nullable OpenFile file() {
        return file;
    }

    /** The kernel hands all of these to a worker, which looks the file up only when it gets to it. */
    @Override
    protected boolean elusive() {
        return file != null;
    }

    @Override
    protected boolean survivesClosing() {
        return cleanup;
    }

    @Override
    protected void prepare(Sqe sqe) {
        preparation.accept(sqe);
    }

    @Override
    protected void completed(int kernelResult, int flags) {
        if (cleanup && kernelResult == -Errno.ECANCELED && mayBeHitByOthersCancel() && resubmitHolding()) {
            return;
        }
        end(IntStream.of(forgiven).anyMatch(errno -> kernelResult == -errno) ? 0 : kernelResult);
    }

    @Override
    protected void discarded(int kernelResult, int flags) {
        end(kernelResult);
    }

    private void end(int kernelResult) {
        boolean toldBefore = told;
        result = kernelResult;
        tell();
        if (toldBefore && kernelResult >= 0 && late != null) {
            late.accept(kernelResult);
        }
    }

    @Override
    protected void failed(Throwable failure) {
        cause = failure;
        tell();
    }

    @Override
    protected void overdue(Throwable failure) {
        failed(failure);
    }

    private void tell() {
        if (!told) {
            told = true;
            ended.accept(this);
        }
    }

    @Override
    protected void released() {
        try {
            tell();
        } finally {
            for (MemorySegment segment : memory) {
                NativeMemory.free(segment);
            }
            if (kept != null) {
                kept.letGo();
            }
        }
    }
}
