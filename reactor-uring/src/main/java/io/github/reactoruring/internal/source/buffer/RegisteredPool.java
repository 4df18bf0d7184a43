package io.github.reactoruring.internal.source.buffer;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.jctools.queues.atomic.MpmcAtomicArrayQueue;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.buffer.BuffersExhaustedException;
import io.github.reactoruring.buffer.RegisteredBuffer;
import io.github.reactoruring.buffer.RegisteredBuffers;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.LoopTask;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.NativeMemory;
import reactor.core.publisher.Mono;

/**
 * One piece of memory, known to each ring as one registered buffer, and cut into equal parts.
 *
 * <p>Invariants: a part is either free or taken once, from its lease to its release. The memory is unregistered and freed
 * when the pool is closed and nothing is taken: what a broken ring still holds is never released, and so never freed.
 *
 * <p><b>Threads:</b> any.
 */
public final class RegisteredPool implements RegisteredBuffers {

    /** What every disk is content with, and buffers are aligned to. */
    public static final int ALIGNMENT_BYTES = 4096;

    private final MemorySegment memory;
    private final int count;
    private final int bufferBytes;
    private final MpmcAtomicArrayQueue<Integer> free;
    private final AtomicInteger taken = new AtomicInteger();
    private final Map<EventLoop, Integer> slots = new ConcurrentHashMap<>();
    /** The rings it was made for, and what tells of their ends. */
    private final Map<EventLoop, Runnable> rings = new ConcurrentHashMap<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final CompletableFuture<Void> freed = new CompletableFuture<>();
    private volatile boolean closing;

    RegisteredPool(int count, int bufferBytes) {
        this.count = count;
        this.bufferBytes = bufferBytes;
        memory = NativeMemory.allocate((long) count * bufferBytes, ALIGNMENT_BYTES);
        // The kernel pins pages, and those that were never written to are all the same one.
        memory.fill((byte) 0);
        free = new MpmcAtomicArrayQueue<>(Math.max(2, count));
        for (int i = 0; i < count; i++) {
            free.add(i);
        }
    }

    /** Makes {@code loop}'s ring know the memory, on the owner thread; zero, or a negated errno. */
    int register(EventLoop loop) {
        if (!hold()) {
            return -Errno.ECANCELED;
        }
        try {
            int result = loop.ring().registerBuffer(memory.address(), memory.byteSize());
            // A kernel without a table of buffers: they serve as they are.
            boolean unable = result == -Errno.EINVAL || result == -Errno.EOPNOTSUPP;
            if (result >= 0) {
                slots.put(loop, result);
            }
            if (result >= 0 || unable) {
                Runnable over = () -> ringGone(loop);
                rings.put(loop, over);
                loop.whenOver(over);
                return 0;
            }
            return result;
        } finally {
            letGo();
        }
    }

    /**
     * Returns the registered buffer that what {@code source} hands out lies in on {@code loop}'s ring, or -1.
     *
     * @param source a buffer factory or a buffer reader
     */
    public static int slotOf(Object source, EventLoop loop) {
        return source instanceof RegisteredPool pool ? pool.slots.getOrDefault(loop, -1) : -1;
    }

    /** Returns the registered buffer that {@code loan} lies in on {@code loop}'s ring, or -1. */
    public static int slotOf(BufferReader.Loan loan, EventLoop loop) {
        return loan instanceof Lent lent ? slotOf(lent.taken().pool(), loop) : -1;
    }

    // ---- Taking

    /** Keeps the memory until {@link #letGo}; false when the pool is closed. */
    private boolean hold() {
        // Before looking whether the pool is closed: whoever closes it looks the other way round.
        taken.incrementAndGet();
        if (closing) {
            letGo();
            return false;
        }
        return true;
    }

    private void letGo() {
        taken.decrementAndGet();
        endIfIdle();
    }

    private int takePart() {
        if (!hold()) {
            throw new IllegalStateException("The pool of registered buffers is closed");
        }
        Integer part = free.poll();
        if (part != null) {
            return part;
        }
        letGo();
        throw new BuffersExhaustedException("All " + count + " registered buffers of " + bufferBytes
                + " bytes are taken, in flight or not released: register more, or lower the concurrency or the demand");
    }

    private void giveBack(int part) {
        free.add(part);
        letGo();
    }

    private MemorySegment part(int index) {
        return memory.asSlice((long) index * bufferBytes, bufferBytes);
    }

    @Override
    public Lease<RegisteredBuffer> lease(int capacityBytes) {
        checkCapacity(capacityBytes);
        return new Leased(takePart(), capacityBytes);
    }

    /** Checks what is to be leased, before it is. */
    public void checkCapacity(int capacityBytes) {
        if (capacityBytes > bufferBytes) {
            throw new IllegalArgumentException("The registered buffers are of " + bufferBytes + " bytes, and "
                    + capacityBytes + " are to be read at once");
        }
    }

    @Override
    public RegisteredBuffer take() {
        return new Taken(takePart(), bufferBytes);
    }

    @Override
    public Loan lend(RegisteredBuffer buffer) {
        if (!(buffer instanceof Taken own) || own.pool() != this) {
            throw new IllegalArgumentException("Not a buffer of this pool: " + buffer);
        }
        own.change(Taken.LENT);
        MemorySegment bytes = MemorySegment.ofBuffer(own.bytes);
        return new Lent(own, bytes.address(), (int) bytes.byteSize());
    }

    @Override
    public void release(RegisteredBuffer buffer) {
        if (buffer instanceof Taken own && own.pool() == this && own.state.compareAndSet(Taken.OWNED, Taken.OVER)) {
            giveBack(own.part);
        }
    }

    @Override
    public int bufferBytes() {
        return bufferBytes;
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public int taken() {
        return taken.get();
    }

    @Override
    public boolean isRegistered() {
        return !slots.isEmpty();
    }

    // ---- Closing

    @Override
    public Mono<Void> close() {
        return Mono.defer(() -> {
            startClosing();
            return Mono.fromFuture(freed, true);
        });
    }

    void startClosing() {
        closing = true;
        endIfIdle();
    }

    /** Learns that the ring is closed, and its registration with it. */
    private void ringGone(EventLoop loop) {
        slots.remove(loop);
        rings.remove(loop);
        if (rings.isEmpty()) {
            startClosing();
        }
    }

    private void endIfIdle() {
        if (closing && taken.get() == 0 && ended.compareAndSet(false, true)) {
            CompletableFuture<?>[] all = rings.keySet().stream().map(this::unregister)
                    .toArray(CompletableFuture[]::new);
            CompletableFuture.allOf(all).thenRun(() -> {
                NativeMemory.free(memory);
                freed.complete(null);
            });
        }
    }

    private CompletableFuture<Void> unregister(EventLoop loop) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(new LoopTask() {
            @Override
            public void run() {
                Runnable over = rings.remove(loop);
                if (over != null) {
                    loop.removeWhenOver(over);
                }
                Integer slot = slots.remove(loop);
                if (slot != null) {
                    loop.ring().unregisterBuffer(slot);
                }
                done.complete(null);
            }

            @Override
            public void rejected(Throwable cause) {
                // The ring is closed, and knows no buffer any more.
                done.complete(null);
            }
        });
        return done;
    }

    @Override
    public String toString() {
        return "RegisteredBuffers(" + count + " of " + bufferBytes + " bytes, " + taken + " taken)";
    }

    // ---- The parts

    private final class Leased implements BufferFactory.Lease<RegisteredBuffer> {

        private final int part;
        private final int capacityBytes;

        Leased(int part, int capacityBytes) {
            this.part = part;
            this.capacityBytes = capacityBytes;
        }

        @Override
        public long address() {
            return memory.address() + (long) part * bufferBytes;
        }

        @Override
        public int capacityBytes() {
            return capacityBytes;
        }

        @Override
        public RegisteredBuffer fill(int lengthBytes) {
            try {
                return new Taken(part, lengthBytes);
            } catch (Throwable t) {
                giveBack(part);
                throw t;
            }
        }

        @Override
        public void release() {
            giveBack(part);
        }
    }

    private final class Taken implements RegisteredBuffer {

        private static final int OWNED = 0;
        private static final int LENT = 1;
        private static final int OVER = 2;

        private final int part;
        private final ByteBuffer bytes;
        private final AtomicInteger state = new AtomicInteger(OWNED);

        Taken(int part, int limitBytes) {
            this.part = part;
            bytes = part(part).asByteBuffer().limit(limitBytes);
        }

        RegisteredPool pool() {
            return RegisteredPool.this;
        }

        @Override
        public ByteBuffer bytes() {
            if (state.get() != OWNED) {
                throw gone();
            }
            return bytes;
        }

        @Override
        public void release() {
            change(OVER);
            giveBack(part);
        }

        private void change(int to) {
            if (!state.compareAndSet(OWNED, to)) {
                throw gone();
            }
        }

        private IllegalStateException gone() {
            return new IllegalStateException(state.get() == LENT
                    ? "The buffer was handed to a write, which releases it"
                    : "The buffer was released before");
        }
    }

    private record Lent(Taken taken, long address, int lengthBytes) implements Loan {

        @Override
        public void release() {
            if (taken.state.compareAndSet(Taken.LENT, Taken.OVER)) {
                taken.pool().giveBack(taken.part);
            }
        }
    }
}
