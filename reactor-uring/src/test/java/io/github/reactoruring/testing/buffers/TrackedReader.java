package io.github.reactoruring.testing.buffers;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.internal.sys.NativeMemory;
import io.github.reactoruring.testing.Await;

/**
 * Lends buffers that must each be released exactly once. Memory is overwritten when its loan ends, so that what the
 * kernel reads too late is wrong in the file.
 */
public final class TrackedReader implements BufferReader<TrackedReader.Buffer> {

    private static final byte PATTERN = (byte) 0xA5;

    private final AtomicInteger made = new AtomicInteger();
    private final AtomicInteger alive = new AtomicInteger();
    private final AtomicInteger lent = new AtomicInteger();
    private final List<String> violations = new CopyOnWriteArrayList<>();

    /** Makes a buffer to be written. */
    public Buffer buffer(byte... content) {
        return new Buffer(content);
    }

    /** Returns how many buffers were made and not released. */
    public int alive() {
        return alive.get();
    }

    /** Returns how many buffers are lent. */
    public int lent() {
        return lent.get();
    }

    /** Returns how many buffers were ever made. */
    public int made() {
        return made.get();
    }

    /** Waits until all is released, and checks that nothing was twice. */
    public void awaitNothingLeft() {
        Await.until("every buffer released", () -> alive.get() == 0);
        assertThat(violations).isEmpty();
    }

    @Override
    public Loan lend(Buffer buffer) {
        lent.incrementAndGet();
        MemorySegment memory = NativeMemory.allocate(buffer.content.length, Long.BYTES);
        MemorySegment.copy(MemorySegment.ofArray(buffer.content), 0, memory, 0, buffer.content.length);
        return new TrackedLoan(buffer, memory);
    }

    @Override
    public void release(Buffer buffer) {
        buffer.release();
    }

    /** Bytes to be written. */
    public final class Buffer {

        private final byte[] content;
        private final AtomicBoolean released = new AtomicBoolean();

        private Buffer(byte[] content) {
            this.content = content;
            made.incrementAndGet();
            alive.incrementAndGet();
        }

        private void release() {
            if (released.compareAndSet(false, true)) {
                alive.decrementAndGet();
            } else {
                violations.add("a buffer was released twice");
            }
        }
    }

    private final class TrackedLoan implements Loan {

        private final Buffer buffer;
        private final MemorySegment memory;

        TrackedLoan(Buffer buffer, MemorySegment memory) {
            this.buffer = buffer;
            this.memory = memory;
        }

        @Override
        public long address() {
            return memory.address();
        }

        @Override
        public int lengthBytes() {
            return buffer.content.length;
        }

        @Override
        public void release() {
            lent.decrementAndGet();
            memory.fill(PATTERN);
            NativeMemory.free(memory);
            buffer.release();
        }
    }
}
