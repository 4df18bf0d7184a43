package io.github.reactoruring.internal.ring;

import static io.github.reactoruring.internal.sys.IoUringAbi.*;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.ring.KernelRequest.Place;
import io.github.reactoruring.internal.sys.Errno;

/** Carries out what requests are for: data, descriptors, timers. */
final class KernelOperations {

    private static final int CHECKED_SOURCE_BYTES = 1 << 16;
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final byte SCRIBBLE = 0x5a;

    private final ScriptedKernel kernel;
    private final Descriptors descriptors;
    private final CheckedMemory memory;
    private final Violations violations;
    private int accepted;

    KernelOperations(ScriptedKernel kernel, Descriptors descriptors, CheckedMemory memory, Violations violations) {
        this.kernel = kernel;
        this.descriptors = descriptors;
        this.memory = memory;
        this.violations = violations;
    }

    /** Copies what the kernel copies when it takes an SQE. */
    void prepare(KernelRequest request) {
        SqeBytes sqe = request.sqe();
        switch (sqe.opcode()) {
            case IORING_OP_OPENAT -> request.path = MemorySegment.ofAddress(sqe.addr()).reinterpret(Long.MAX_VALUE)
                    .getString(0);
            case IORING_OP_TIMEOUT, IORING_OP_LINK_TIMEOUT -> {
                MemorySegment time = CheckedMemory.segment(sqe.addr(), 16);
                request.periodNanos = Math.addExact(
                        Math.multiplyExact(time.get(ValueLayout.JAVA_LONG, 0), NANOS_PER_SECOND),
                        time.get(ValueLayout.JAVA_LONG, 8));
            }
            default -> request.sourceSum = sum(sqe);
        }
    }

    boolean resolveFile(KernelRequest request) {
        SqeBytes sqe = request.sqe();
        if (!sqe.namesFile()) {
            return true;
        }
        request.file = sqe.has(IOSQE_FIXED_FILE) ? descriptors.slot(sqe.fd()) : descriptors.lookup(sqe.fd());
        return request.file != null;
    }

    void armTimer(KernelRequest request, long nowNanos) {
        boolean absolute = (request.sqe().opFlags() & IORING_TIMEOUT_ABS) != 0;
        request.deadlineNanos = absolute ? request.periodNanos : nowNanos + request.periodNanos;
    }

    /** A linked timeout runs from when the request before it does. */
    void armLinkTimeout(KernelRequest request, long nowNanos) {
        KernelRequest head = request.previous;
        if (request.opcode() == IORING_OP_LINK_TIMEOUT && head != null && head.waiting()) {
            armTimer(request, nowNanos);
        }
    }

    void expire(KernelRequest request) {
        KernelRequest head = request.previous;
        if (request.opcode() == IORING_OP_LINK_TIMEOUT && head != null) {
            request.deadlineNanos = Long.MAX_VALUE;
            kernel.complete(request, -Errno.ETIME, 0);
            if (head.waiting()) {
                kernel.cancelled(head);
            }
        } else if (request.sqe().isMultishot()) {
            request.deadlineNanos += Math.max(1, request.periodNanos);
            kernel.emit(request, -Errno.ETIME);
        } else {
            kernel.complete(request, -Errno.ETIME, 0);
        }
    }

    /** Does it, and returns the result. */
    int perform(KernelRequest request) {
        SqeBytes sqe = request.sqe();
        if (request.file == null && !resolveFile(request)) {
            return -Errno.EBADF;
        }
        return switch (sqe.opcode()) {
            case IORING_OP_READ, IORING_OP_RECV, IORING_OP_READ_MULTISHOT -> read(request);
            case IORING_OP_WRITE, IORING_OP_SEND, IORING_OP_SEND_ZC -> kernel.behaviour().transfer(request, sqe.len());
            case IORING_OP_POLL_ADD -> sqe.opFlags();
            case IORING_OP_TIMEOUT -> -Errno.ETIME;
            case IORING_OP_OPENAT -> opened(sqe, descriptors.openPath(request.path, sqe.opFlags(), sqe.len()));
            case IORING_OP_ACCEPT, IORING_OP_SOCKET -> opened(sqe,
                    descriptors.create("connection " + ++accepted, KernelFile.Kind.STREAM));
            case IORING_OP_CLOSE -> close(sqe);
            default -> 0;
        };
    }

    private int read(KernelRequest request) {
        KernelFile file = file(request);
        long offset = file.kind() == KernelFile.Kind.STREAM ? -1 : request.sqe().off();
        int readable = file.readable(offset, request.sqe().len());
        int length = readable == 0 ? 0 : kernel.behaviour().transfer(request, readable);
        transfer(request, length);
        return length;
    }

    /** Moves {@code length} bytes to the request's memory, if that is what it does. */
    void transfer(KernelRequest request, int length) {
        if (length > 0 && request.sqe().writesMemory()) {
            KernelFile file = file(request);
            long offset = file.kind() == KernelFile.Kind.STREAM ? -1 : request.sqe().off();
            memory.write(request.sqe().addr(), file.read(offset, length), request.toString());
        }
    }

    private KernelFile file(KernelRequest request) {
        KernelFile file = request.file;
        if (file == null) {
            resolveFile(request);
            file = request.file;
        }
        if (file == null) {
            throw new IllegalStateException(request + " has no file");
        }
        return file;
    }

    void scribble(KernelRequest request) {
        if (request.sqe().writesMemory() && request.place != Place.POLL) {
            byte[] garbage = new byte[request.sqe().len()];
            Arrays.fill(garbage, SCRIBBLE);
            memory.write(request.sqe().addr(), garbage, request.toString());
        }
    }

    private int opened(SqeBytes sqe, int descriptor) {
        if (descriptor < 0 || sqe.fileIndex() == 0) {
            return descriptor;
        }
        // Direct: the file goes into a slot, and has no number.
        int slot = descriptors.install(descriptors.file(descriptor), sqe.fileIndex() - 1);
        descriptors.close(descriptor);
        return sqe.fileIndex() == IORING_FILE_INDEX_ALLOC ? slot : 0;
    }

    private int close(SqeBytes sqe) {
        boolean fixed = sqe.fileIndex() != 0;
        int number = fixed ? sqe.fileIndex() - 1 : sqe.fd();
        KernelFile closing = fixed ? descriptors.slot(number) : descriptors.lookup(number);
        for (KernelRequest request : kernel.eachInFlight()) {
            SqeBytes other = request.sqe();
            boolean sameNumber = other.namesFile() && other.fd() == number && other.has(IOSQE_FIXED_FILE) == fixed;
            if (closing != null && sameNumber && (request.file == null || request.file == closing)) {
                violations.add("CLOSE of " + closing + " with a request in flight: " + request);
            }
        }
        return fixed ? descriptors.closeSlot(number) : descriptors.close(number);
    }

    /** What a write was given must stay until its end. */
    void checkSource(KernelRequest request) {
        if (request.sourceSum != 0 && request.sourceSum != sum(request.sqe())) {
            violations.add("memory changed under a request that was reading it: " + request);
        }
    }

    private static long sum(SqeBytes sqe) {
        if (!sqe.readsMemory() || sqe.len() > CHECKED_SOURCE_BYTES) {
            return 0;
        }
        long sum = 1;
        MemorySegment source = CheckedMemory.segment(sqe.addr(), sqe.len());
        for (int i = 0; i < sqe.len(); i++) {
            sum = sum * 31 + source.get(ValueLayout.JAVA_BYTE, i);
        }
        return sum;
    }

    /** Says which request may still touch the memory. */
    @Nullable
    String user(long address, long bytes) {
        for (KernelRequest request : kernel.eachInFlight()) {
            SqeBytes sqe = request.sqe();
            boolean uses = sqe.writesMemory() || sqe.readsMemory();
            if (uses && sqe.addr() < address + bytes && address < sqe.addr() + sqe.len()) {
                return request.toString();
            }
        }
        return null;
    }
}
