package io.github.reactoruring.internal.source.file;

import java.io.IOException;
import java.util.function.BiFunction;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.OneShot;
import io.github.reactoruring.internal.sys.IoUringAbi;
import reactor.core.CoreSubscriber;

/**
 * Makes a pipe on the owner thread. A NOP brings it there: its completion and a disposal have one winner, so that no
 * pipe is made that nobody takes. pipe2(2) never blocks; IORING_OP_PIPE would need Linux 6.16.
 *
 * @param <T> what stands for the pipe
 */
public final class MakePipe<T> extends OneShot<T> {

    private final BiFunction<OpenFile, OpenFile, T> wrapper;
    private @Nullable OpenFile source;
    private @Nullable OpenFile sink;

    /** @param wrapper gets the end to read from and the end to write to */
    public MakePipe(EventLoop loop, CoreSubscriber<? super T> actual, BiFunction<OpenFile, OpenFile, T> wrapper) {
        super(loop, actual);
        this.wrapper = wrapper;
    }

    @Override
    protected int opcode() {
        return IoUringAbi.IORING_OP_NOP;
    }

    @Override
    protected void prepare(Sqe sqe) {
        Prep.nop(sqe);
    }

    @Override
    protected T value(int result, int flags) throws IOException {
        int[] ends = new int[2];
        int made = result < 0 ? result : loop().ring().descriptors().pipe(ends);
        if (made < 0) {
            throw Errors.ofPath(-made, "PIPE", "pipe");
        }
        OpenFile readEnd = new OpenFile(loop(), ends[0], false, "pipe");
        OpenFile writeEnd = new OpenFile(loop(), ends[1], false, "pipe");
        source = readEnd;
        sink = writeEnd;
        return wrapper.apply(readEnd, writeEnd);
    }

    @Override
    protected void refused() {
        if (source != null && sink != null) {
            source.close();
            sink.close();
        }
    }
}
