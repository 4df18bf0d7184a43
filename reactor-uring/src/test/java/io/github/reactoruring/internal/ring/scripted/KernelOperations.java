package io.github.reactoruring.internal.ring.scripted;

import static io.github.reactoruring.internal.sys.IoUringAbi.*;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.ring.SqeBytes;
import io.github.reactoruring.internal.ring.scripted.KernelRequest.Place;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.OpenFlags;
import io.github.reactoruring.internal.sys.Statx;
import io.github.reactoruring.internal.sys.Syscalls;

/** Carries out what requests are for: data, fileTable, timers. */
public final class KernelOperations {

    private static final int CHECKED_SOURCE_BYTES = 1 << 16;
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final byte SCRIBBLE = 0x5a;

    private final ScriptedKernel kernel;
    private final FileTable fileTable;
    private final CheckedMemory memory;
    private final Violations violations;
    private final BufferGroups provided;
    private int accepted;

    public KernelOperations(ScriptedKernel kernel, FileTable fileTable, CheckedMemory memory, Violations violations) {
        this.kernel = kernel;
        this.fileTable = fileTable;
        this.memory = memory;
        this.violations = violations;
        provided = new BufferGroups(violations);
    }

    public BufferGroups provided() {
        return provided;
    }

    /** Copies what the kernel copies when it takes an SQE. */
    public void prepare(KernelRequest request) {
        SqeBytes sqe = request.sqe();
        switch (sqe.opcode()) {
            case IORING_OP_OPENAT, IORING_OP_STATX ->
                request.path = MemorySegment.ofAddress(sqe.addr()).reinterpret(Long.MAX_VALUE)
                        .getString(0);
            case IORING_OP_TIMEOUT, IORING_OP_LINK_TIMEOUT -> request.periodNanos = nanos(sqe.addr());
            default -> request.sourceSum = sum(sqe);
        }
    }

    public boolean resolveFile(KernelRequest request) {
        SqeBytes sqe = request.sqe();
        if (!sqe.namesFile()) {
            return true;
        }
        request.file = sqe.has(IOSQE_FIXED_FILE) ? fileTable.slot(sqe.fd()) : fileTable.lookup(sqe.fd());
        return request.file != null;
    }

    public void armTimer(KernelRequest request, long nowNanos) {
        boolean absolute = (request.sqe().opFlags() & IORING_TIMEOUT_ABS) != 0;
        request.deadlineNanos = absolute ? request.periodNanos : nowNanos + request.periodNanos;
    }

    /** A linked timeout runs from when the request before it does. */
    public void armLinkTimeout(KernelRequest request, long nowNanos) {
        KernelRequest head = request.previous;
        if (request.opcode() == IORING_OP_LINK_TIMEOUT && head != null && head.waiting()) {
            armTimer(request, nowNanos);
        }
    }

    public void expire(KernelRequest request) {
        KernelRequest head = request.previous;
        if (request.opcode() == IORING_OP_LINK_TIMEOUT && head != null) {
            request.deadlineNanos = Long.MAX_VALUE;
            boolean findable = switch (head.place) {
                case POLL, TIMER, WORKER_QUEUED, WORKER_RUNNING -> true;
                default -> false;
            };
            boolean running = head.place == Place.WORKER_RUNNING;
            kernel.complete(request, !findable ? -Errno.ENOENT : running ? -Errno.EALREADY : -Errno.ETIME, 0);
            if (findable) {
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
    public int perform(KernelRequest request) {
        SqeBytes sqe = request.sqe();
        if (request.file == null && !resolveFile(request)) {
            return -Errno.EBADF;
        }
        return switch (sqe.opcode()) {
            case IORING_OP_READ, IORING_OP_READ_FIXED, IORING_OP_RECV, IORING_OP_READ_MULTISHOT -> read(request);
            case IORING_OP_WRITE, IORING_OP_WRITE_FIXED, IORING_OP_SEND, IORING_OP_SEND_ZC ->
                kernel.behaviour().transfer(request, sqe.len());
            case IORING_OP_WRITEV -> kernel.behaviour().transfer(request, vectorBytes(sqe));
            case IORING_OP_POLL_ADD -> sqe.opFlags();
            case IORING_OP_TIMEOUT -> -Errno.ETIME;
            case IORING_OP_OPENAT -> opened(sqe, fileTable.openPath(path(request), sqe.opFlags(), sqe.len()));
            case IORING_OP_ACCEPT, IORING_OP_SOCKET -> opened(sqe,
                    fileTable.create("connection " + ++accepted, KernelFile.Kind.STREAM));
            case IORING_OP_CLOSE -> close(sqe);
            case IORING_OP_STATX -> stat(request);
            case IORING_OP_POLL_REMOVE, IORING_OP_TIMEOUT_REMOVE -> amend(sqe);
            default -> 0;
        };
    }

    private static int vectorBytes(SqeBytes sqe) {
        MemorySegment vector = CheckedMemory.segment(sqe.addr(), sqe.len() * 16);
        long bytes = 0;
        for (int i = 0; i < sqe.len(); i++) {
            bytes += vector.get(ValueLayout.JAVA_LONG, i * 16L + 8);
        }
        return Math.toIntExact(bytes);
    }

    /** Returns a path that leads there without a directory's descriptor beside it. */
    private static String path(KernelRequest request) {
        int directory = request.sqe().fd();
        return directory == OpenFlags.AT_FDCWD ? request.path : "/proc/self/fd/" + directory + "/" + request.path;
    }

    private int read(KernelRequest request) {
        KernelFile file = file(request);
        int wanted = request.sqe().len();
        BufferGroups.Buffer buffer = null;
        if (request.sqe().has(IOSQE_BUFFER_SELECT)) {
            buffer = provided.take(request.sqe().bufIndex());
            if (buffer == null) {
                return -Errno.ENOBUFS;
            }
            wanted = wanted == 0 ? buffer.length() : Math.min(wanted, buffer.length());
        }
        int readable = file.readable(offset(request, file), wanted);
        int length = readable == 0 ? 0 : kernel.behaviour().transfer(request, readable);
        if (buffer != null) {
            request.bufferFlags = IORING_CQE_F_BUFFER | buffer.id() << IORING_CQE_BUFFER_SHIFT;
        }
        if (length <= 0) {
            return length;
        }
        if (buffer == null) {
            transfer(request, length);
        } else {
            byte[] data = file.read(offset(request, file), length);
            MemorySegment.copy(data, 0, CheckedMemory.segment(buffer.address(), length), ValueLayout.JAVA_BYTE, 0,
                    length);
        }
        return length;
    }

    private static long offset(KernelRequest request, KernelFile file) {
        return file.kind() == KernelFile.Kind.STREAM ? -1 : request.sqe().off();
    }

    /** Moves {@code length} bytes to the request's memory, if that is what it does. */
    public void transfer(KernelRequest request, int length) {
        if (length > 0 && MemoryUse.writes(request.sqe())) {
            KernelFile file = file(request);
            memory.write(request.sqe().addr(), file.read(offset(request, file), length), request);
        }
    }

    private int stat(KernelRequest request) {
        try (Arena arena = Arena.ofConfined()) {
            return Syscalls.statx(request.sqe().fd(), arena.allocateFrom(request.path), request.sqe().opFlags(),
                    request.sqe().len(), CheckedMemory.segment(request.sqe().off(), Statx.BYTES));
        }
    }

    /** Removes a poll or a timer by its user_data, or gives a timer another time. */
    private int amend(SqeBytes sqe) {
        boolean timer = sqe.opcode() == IORING_OP_TIMEOUT_REMOVE;
        for (KernelRequest request : kernel.inFlight()) {
            if (request.userData() == sqe.addr() && request.place == (timer ? Place.TIMER : Place.POLL)) {
                if (timer && (sqe.opFlags() & IORING_TIMEOUT_UPDATE) != 0) {
                    request.deadlineNanos = kernel.nowNanos() + nanos(sqe.off());
                } else if (timer || sqe.len() == 0) {
                    kernel.cancelled(request);
                }
                return 0;
            }
        }
        return -Errno.ENOENT;
    }

    private static long nanos(long timespec) {
        MemorySegment time = CheckedMemory.segment(timespec, 16);
        return Math.addExact(Math.multiplyExact(time.get(ValueLayout.JAVA_LONG, 0), NANOS_PER_SECOND),
                time.get(ValueLayout.JAVA_LONG, 8));
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

    public void scribble(KernelRequest request) {
        if (MemoryUse.writes(request.sqe()) && request.place != Place.POLL) {
            byte[] garbage = new byte[request.sqe().len()];
            Arrays.fill(garbage, SCRIBBLE);
            memory.write(request.sqe().addr(), garbage, request);
        }
    }

    private int opened(SqeBytes sqe, int descriptor) {
        if (descriptor < 0 || sqe.fileIndex() == 0) {
            return descriptor;
        }
        // Direct: the file goes into a slot, and has no number.
        int slot = fileTable.install(fileTable.file(descriptor), sqe.fileIndex() - 1);
        fileTable.close(descriptor);
        return sqe.fileIndex() == IORING_FILE_INDEX_ALLOC ? slot : 0;
    }

    private int close(SqeBytes sqe) {
        boolean fixed = sqe.fileIndex() != 0;
        int number = fixed ? sqe.fileIndex() - 1 : sqe.fd();
        KernelFile closing = fixed ? fileTable.slot(number) : fileTable.lookup(number);
        for (KernelRequest request : kernel.eachInFlight()) {
            SqeBytes other = request.sqe();
            boolean sameNumber = other.namesFile() && other.fd() == number && other.has(IOSQE_FIXED_FILE) == fixed;
            if (closing != null && sameNumber && (request.file == null || request.file == closing)) {
                violations.add("CLOSE of " + closing + " with a request in flight: " + request);
            }
        }
        return fixed ? fileTable.closeSlot(number) : fileTable.close(number);
    }

    /** What a write was given must stay until its end. */
    public void checkSource(KernelRequest request) {
        if (request.sourceSum != 0 && request.sourceSum != sum(request.sqe())) {
            violations.add("memory changed under a request that was reading it: " + request);
        }
    }

    private static long sum(SqeBytes sqe) {
        if (!MemoryUse.reads(sqe) || sqe.len() > CHECKED_SOURCE_BYTES) {
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
    public @Nullable String user(long address, long bytes) {
        for (KernelRequest request : kernel.eachInFlight()) {
            SqeBytes sqe = request.sqe();
            boolean uses = MemoryUse.writes(sqe) || MemoryUse.reads(sqe);
            if (uses && sqe.addr() < address + bytes && address < sqe.addr() + sqe.len()) {
                return request.toString();
            }
        }
        return null;
    }
}
