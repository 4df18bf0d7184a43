package io.github.reactoruring.internal.source.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.Descriptors;
import io.github.reactoruring.internal.source.buffer.Lent;
import io.github.reactoruring.internal.source.buffer.RegisteredPool;
import io.github.reactoruring.internal.sys.DirectIo;
import io.github.reactoruring.internal.sys.OpenFlags;

/** Holds the reads and writes of a file opened with O_DIRECT to what it wants, before the kernel says EINVAL. */
public record Alignment(DirectIo wanted) {

    public static final Alignment NONE = new Alignment(DirectIo.NONE);

    /** Asks what a file opened with O_DIRECT wants; no other has wishes. On the owner thread. */
    public static Alignment of(OpenFile file, OpenHow how) {
        if ((how.flags() & OpenFlags.O_DIRECT) == 0) {
            return NONE;
        }
        try {
            return new Alignment(file.fixed() ? DirectIo.UNKNOWN : file.ask(Descriptors::directIo));
        } catch (IOException e) {
            // It is being closed: nothing is read or written any more.
            return new Alignment(DirectIo.UNKNOWN);
        }
    }

    /** Returns what suits positions, lengths and addresses alike. */
    public int bytes() {
        return Math.max(wanted.memoryBytes(), wanted.offsetBytes());
    }

    /** Returns what suits positions and lengths. */
    public int offsetBytes() {
        return wanted.offsetBytes();
    }

    /** @param position 0 or more, or -1 for the current one */
    public void check(long position, long length) {
        if (position > 0 && position % wanted.offsetBytes() != 0) {
            throw misaligned("The position " + position, wanted.offsetBytes());
        }
        if (length % wanted.offsetBytes() != 0) {
            throw misaligned("The length " + length, wanted.offsetBytes());
        }
    }

    /** Checks where a direct buffer is; a heap buffer is copied anyway. */
    public void checkAddress(ByteBuffer buffer) {
        MemorySegment bytes = MemorySegment.ofBuffer(buffer);
        if (bytes.isNative()) {
            checkAddress(bytes.address());
        }
    }

    void checkAddress(long address) {
        if (address % wanted.memoryBytes() != 0) {
            throw misaligned("The buffer's address 0x" + Long.toHexString(address), wanted.memoryBytes());
        }
    }

    private IllegalArgumentException misaligned(String what, int multiple) {
        return new IllegalArgumentException(what + " is no multiple of " + multiple
                + ", which this file needs, since it was opened with ExtendedOpenOption.DIRECT: use UringFile.alignmentBytes()"
                + " and BufferFactory.aligned");
    }

    /** Returns the reader of what is written. */
    public BufferReader<ByteBuffer> reader() {
        return BufferReader.aligned(bytes());
    }

    /** Returns {@code buffers}, or the aligned kind of the default, held to the alignment. */
    @SuppressWarnings("unchecked")
    public <B> BufferFactory<B> check(BufferFactory<B> buffers) {
        if (wanted.memoryBytes() == 1 || suits(buffers)) {
            return buffers;
        }
        // The default is a constant, so that B is ByteBuffer where it is used.
        return buffers == BufferFactory.heap()
                ? (BufferFactory<B>) BufferFactory.aligned(bytes())
                : new Checked<>(buffers, this);
    }

    /** Passed on as they are, so that requests know them. */
    private boolean suits(BufferFactory<?> buffers) {
        return buffers instanceof RegisteredPool && RegisteredPool.ALIGNMENT_BYTES % wanted.memoryBytes() == 0;
    }

    /** Checks what is to be written at {@code position}, 0 or more, or -1 for the current one. */
    public void check(long position, Lent loan) {
        check(position, loan.lengthBytes());
        checkAddress(loan.address());
    }

    private record Checked<B>(BufferFactory<B> buffers, Alignment alignment) implements BufferFactory<B> {

        @Override
        public Lease<B> lease(int capacityBytes) {
            Lease<B> lease = buffers.lease(capacityBytes);
            try {
                alignment.checkAddress(lease.address());
                return lease;
            } catch (IllegalArgumentException e) {
                lease.release();
                throw e;
            }
        }

        @Override
        public void release(B buffer) {
            buffers.release(buffer);
        }
    }
}
