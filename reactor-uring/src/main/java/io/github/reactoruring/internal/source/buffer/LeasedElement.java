package io.github.reactoruring.internal.source.buffer;

import java.util.Objects;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.FileTraits;
import io.github.reactoruring.internal.loop.LoopTask;
import io.github.reactoruring.internal.source.Element;
import io.github.reactoruring.internal.source.Elsewhere;
import reactor.core.Exceptions;

/**
 * Memory of a {@link BufferFactory}, which the kernel fills for one element. Not to be freed before the kernel is done with
 * it.
 *
 * @param <B> the buffers' type
 */
public final class LeasedElement<B> extends Element<B> {

    private final BufferFactory<B> buffers;
    private final BufferFactory.Lease<B> lease;
    private final long address;
    private int filledBytes;
    private boolean beingMade;
    /** What was made ahead, or why it could not be: the lease has ended with it. */
    private @Nullable B made;
    private @Nullable Throwable failure;

    private LeasedElement(BufferFactory<B> buffers, BufferFactory.Lease<B> lease, long address) {
        this.buffers = buffers;
        this.lease = lease;
        this.address = address;
    }

    /** Leases memory, and asks where it is, which may throw as well: nothing is leased then. */
    public static <B> LeasedElement<B> lease(BufferFactory<B> buffers, int capacityBytes) {
        BufferFactory.Lease<B> lease = Objects.requireNonNull(buffers.lease(capacityBytes),
                "A BufferFactory leased null");
        try {
            return new LeasedElement<>(buffers, lease, lease.address());
        } catch (Throwable t) {
            new LeasedElement<>(buffers, lease, 0).free();
            throw t;
        }
    }

    public long address() {
        return address;
    }

    /** Says how much of it is to be emitted. */
    public LeasedElement<B> filled(int bytes) {
        filledBytes = bytes;
        return this;
    }

    /** Says whether to make a buffer of so many bytes would hold up the ring: it copies them. */
    public boolean isLongToMake(int bytes) {
        return bytes > FileTraits.PIECE_BYTES && made == null && failure == null && lease.copies();
    }

    /** Says whether another thread has it: it is not to be freed, or taken, until that is done. */
    public boolean isBeingMade() {
        return beingMade;
    }

    /**
     * Makes the buffer on another thread, and tells {@code whenMade} on the owner's, or {@code whenOver} on any when the loop
     * is over by then.
     */
    public void makeElsewhere(EventLoop loop, Runnable whenMade, Consumer<Throwable> whenOver) {
        beingMade = true;
        Runnable making = () -> {
            make();
            loop.execute(new LoopTask() {
                @Override
                public void run() {
                    beingMade = false;
                    whenMade.run();
                }

                @Override
                public void rejected(Throwable cause) {
                    beingMade = false;
                    whenOver.accept(cause);
                }
            });
        };
        try {
            Elsewhere.run(making);
        } catch (Throwable t) {
            // Rather here than never: whoever waits for it would wait for ever, and its memory be lent for as long.
            making.run();
        }
    }

    private void make() {
        try {
            made = lease.fill(filledBytes);
        } catch (Throwable t) {
            failure = t;
        }
    }

    @Override
    protected B value() {
        if (failure != null) {
            throw Exceptions.propagate(failure);
        }
        B ahead = made;
        return ahead == null ? lease.fill(filledBytes) : ahead;
    }

    @Override
    protected void discard() {
        if (made != null) {
            buffers.release(made);
        } else if (failure == null) {
            lease.release();
        }
    }
}
