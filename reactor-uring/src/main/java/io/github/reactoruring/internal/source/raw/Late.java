package io.github.reactoruring.internal.source.raw;

import io.github.reactoruring.Completion;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.LoopTask;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.raw.Operation;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Frees what the completions of raw requests carry that nobody takes. A descriptor is closed here; the id of a provided
 * buffer, which is the user's to give back, goes to the discard hook.
 */
final class Late {

    private Late() {
    }

    /** Has this class loaded, which takes a descriptor: there may be none when an error comes. */
    static void load() {
        // By being called.
    }

    /** Frees what a completion carries, be it that of an error: that may have taken a buffer all the same. */
    static void discard(EventLoop loop, Operation operation, Completion completion, Context context) {
        close(loop, operation, completion.result());
        if (completion.bufferId() >= 0) {
            Operators.onDiscard(completion, context);
        }
    }

    /** Releases what was never submitted: on the owner, as always, where there still is one. */
    static void release(EventLoop loop, Operation operation) {
        if (!operation.hasRelease()) {
            return;
        }
        loop.execute(new LoopTask() {
            @Override
            public void run() {
                operation.release();
            }

            @Override
            public void rejected(Throwable cause) {
                operation.release();
            }
        });
    }

    /** Closes a descriptor, or empties a slot, that arrived for nobody. */
    static void close(EventLoop loop, Operation operation, int result) {
        if (result < 0 || !operation.opcode().returnsDescriptor()) {
            return;
        }
        int slot = operation.fields().fileIndex();
        boolean allocated = slot == IoUringAbi.IORING_FILE_INDEX_ALLOC;
        int descriptor = slot == 0 || allocated ? result : slot - 1;
        new OpenFile(loop, descriptor, slot != 0, operation.opcode().name()).close();
    }
}
