package io.github.reactoruring.internal.source.write;

import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;

import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.internal.loop.DisposalBatch;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.LoopTask;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.source.Outcome;
import io.github.reactoruring.internal.source.file.SlowFilesystems;
import io.github.reactoruring.internal.sys.FileStatus;
import io.github.reactoruring.internal.sys.OpenFlags;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

/**
 * The subscription of a write: opens the target, writes what the source brings, commits.
 *
 * <p>Invariants: requested of the source and not yet written ≤ maxInFlight. Once stopped, by a cancel or a failure, no
 * buffer is taken and no write submitted; the target is abandoned when the last write in flight has ended. Who comes
 * first, the cancel or the result, decides whether the target stays.
 *
 * <p><b>Threads:</b> {@code request} and {@code cancel} any; all else the owner's.
 */
final class Writing<B> implements Subscription, Scannable, LoopTask, Intake.Listener, WriteTarget.Opening {

    private final EventLoop loop;
    private final WriteTarget target;
    private final WritePlan plan;
    private final Intake<B> intake;
    private final Outcome<Long> outcome;
    private final AtomicBoolean started = new AtomicBoolean();
    /** Done with what the subscriber's thread has in its thread-locals, where Reactor is told to carry that along. */
    private final Runnable subscribing;

    private @Nullable WriteWindow window;
    private @Nullable Throwable failure;
    private Start start = Start.AHEAD;
    private boolean ending;

    /** How far the target's beginning is. */
    private enum Start {
        AHEAD, UNDER_WAY, DONE
    }

    /**
     * Says how a stream is laid into its file.
     *
     * @param position where it starts
     * @param append whether it goes to the end instead, wherever that is
     * @param maxInFlight the most buffers requested and not yet written
     */
    record WritePlan(long position, boolean append, int maxInFlight) {
    }

    Writing(EventLoop loop, CoreSubscriber<? super Long> actual, Publisher<? extends B> source,
            BufferReader<? super B> reader, WriteTarget target, WritePlan plan) {
        this.loop = loop;
        outcome = new Outcome<>(actual);
        this.target = target;
        this.plan = plan;
        intake = new Intake<>(loop, reader, plan.maxInFlight(), this);
        subscribing = Schedulers.onSchedule(() -> intake.subscribeTo(source));
    }

    // ---- The subscriber's side

    @Override
    public void request(long n) {
        if (Operators.validate(n) && started.compareAndSet(false, true)) {
            Open open = new Open();
            if (loop.inEventLoop()) {
                open.run();
            } else {
                loop.execute(open);
            }
        }
    }

    /** Cancels the source here and now; the file's end follows on the ring. */
    @Override
    public void cancel() {
        if (outcome.cancel()) {
            intake.close();
            DisposalBatch.dispose(loop, this);
        }
    }

    /** Runs on the owner when the write was disposed of. */
    @Override
    public void run() {
        target.dispose();
        if (window != null) {
            window.dispose();
        }
        drain();
    }

    @Override
    public void rejected(Throwable cause) {
        intake.releaseQueued();
    }

    @Override
    public Context currentContext() {
        return target.context(outcome.actual().currentContext());
    }

    private boolean cancelled() {
        return outcome.isCancelled();
    }

    private final class Open implements LoopTask {

        @Override
        public void run() {
            if (!cancelled()) {
                target.open(Writing.this);
            }
        }

        @Override
        public void rejected(Throwable cause) {
            loopClosed(cause);
        }
    }

    // ---- The owner's side

    @Override
    public void opened(OpenFile file, FileStatus status) {
        file.known(SlowFilesystems.traits(status, plan.append() ? OpenFlags.O_APPEND : 0));
        boolean positional = status.seekable() && !plan.append();
        window = new WriteWindow(file, SlowFilesystems.holds(status), positional, plan.position(), this::groupEnded);
        file.whenClosing(this::fileClosing);
        if (!cancelled()) {
            try {
                subscribing.run();
            } catch (Throwable t) {
                // Against the specification, but the file has to be closed all the same.
                stop(t);
            }
        }
        drain();
    }

    @Override
    public void openFailed(Throwable cause) {
        intake.close();
        outcome.fail(cause);
    }

    @Override
    public void arrived() {
        drain();
    }

    @Override
    public void loopClosed(Throwable cause) {
        outcome.fail(cause);
    }

    /** A write that waits for its source learns here that the loop is closing. */
    private void fileClosing() {
        if (!ending) {
            stop(loop.rejection());
            drain();
        }
    }

    private void groupEnded(WriteGroup group) {
        Throwable error = group.error();
        if (error != null) {
            stop(error);
        } else if (failure == null && !cancelled()) {
            intake.request(group.gather().loans());
        }
        drain();
    }

    /** Takes no more, because of a failure of ours. */
    private void stop(Throwable cause) {
        if (failure == null) {
            failure = cause;
            intake.close();
            if (window != null) {
                window.dispose();
            }
        }
    }

    private void drain() {
        WriteWindow writes = window;
        boolean stopped = failure != null || cancelled();
        if (stopped) {
            intake.releaseQueued();
        }
        if (writes == null || ending || start == Start.UNDER_WAY) {
            return;
        }
        // Before looking at the queue: what came before the end is in it by then.
        boolean sourceEnded = intake.isDone();
        if (!stopped && start == Start.AHEAD && hasContent(sourceEnded)) {
            begin();
            return;
        }
        if (!stopped && start == Start.DONE) {
            int empty = writes.submit(intake);
            stopped = failure != null;
            if (!stopped) {
                intake.request(empty);
            }
        }
        if (!ending && writes.isIdle() && (stopped || sourceEnded && intake.queued() == 0)) {
            end(writes, stopped);
        }
    }

    /** Says whether it is known what is to be in the file, if only that it is nothing. */
    private boolean hasContent(boolean sourceEnded) {
        return intake.queued() > 0 || sourceEnded && intake.error() == null;
    }

    /** Goes on draining when that is done, now or later. */
    private void begin() {
        start = Start.UNDER_WAY;
        target.begin(error -> {
            start = Start.DONE;
            if (error != null) {
                stop(error);
            }
            drain();
        });
    }

    private void end(WriteWindow writes, boolean stopped) {
        ending = true;
        if (!stopped) {
            failure = intake.error();
        }
        if (stopped || failure != null) {
            abandon(writes);
        } else {
            target.commit(error -> {
                if (error != null) {
                    failure = error;
                    abandon(writes);
                } else if (outcome.decide()) {
                    outcome.succeed(writes.wholeUntil() - plan.position());
                } else {
                    abandon(writes);
                }
            });
        }
    }

    private void abandon(WriteWindow writes) {
        target.abandon(writes.hasGap() ? writes.wholeUntil() : -1, () -> {
            if (failure != null) {
                outcome.fail(failure);
            }
        });
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        if (key == Attr.PARENT) {
            return intake.upstream();
        }
        if (key == Attr.BUFFERED) {
            return intake.queued();
        }
        if (key == Attr.CAPACITY || key == Attr.PREFETCH) {
            return plan.maxInFlight();
        }
        if (key == Attr.ERROR) {
            return failure;
        }
        return outcome.scan(key);
    }

    @Override
    public String toString() {
        return "Writing(" + target + ")";
    }
}
