package io.github.reactoruring.internal.ring.scripted;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_ALL;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_ANY;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_FD;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_FD_FIXED;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_OP;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_USERDATA;
import static io.github.reactoruring.internal.sys.IoUringAbi.IOSQE_FIXED_FILE;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.ring.SqeBytes;
import io.github.reactoruring.internal.ring.scripted.KernelRequest.Place;
import io.github.reactoruring.internal.sys.Errno;

/** Finds what an ASYNC_CANCEL matches, and answers it. */
final class CancelSearch {

    /** The order in which the kernel looks, when one match is enough. */
    private static final Place[] ORDER = {Place.WORKER_QUEUED, Place.POLL, Place.TIMER, Place.WORKER_RUNNING};

    private final ScriptedKernel kernel;
    private final FileTable fileTable;
    private final List<CancelRecord> records = new ArrayList<>();

    CancelSearch(ScriptedKernel kernel, FileTable fileTable) {
        this.kernel = kernel;
        this.fileTable = fileTable;
    }

    List<CancelRecord> records() {
        return records;
    }

    /** Returns the cancel's own result. */
    int execute(SqeBytes cancel) {
        List<Long> hits = new ArrayList<>();
        int result = search(cancel, hits);
        records.add(new CancelRecord(cancel, hits, result));
        return result;
    }

    private int search(SqeBytes cancel, List<Long> hits) {
        int flags = cancel.opFlags();
        KernelFile file = null;
        if ((flags & IORING_ASYNC_CANCEL_FD) != 0) {
            boolean fixed = (flags & IORING_ASYNC_CANCEL_FD_FIXED) != 0 || cancel.has(IOSQE_FIXED_FILE);
            file = fixed ? fileTable.slot(cancel.fd()) : fileTable.lookup(cancel.fd());
            if (file == null) {
                return -Errno.EBADF;
            }
        }
        List<KernelRequest> matched = new ArrayList<>();
        for (KernelRequest request : kernel.eachInFlight()) {
            if (findable(request, flags) && matches(request, cancel, file)
                    && !kernel.behaviour().overlooks(request, cancel)) {
                matched.add(request);
            }
        }
        boolean all = (flags & (IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_ANY)) != 0;
        return all ? hitAll(matched, hits) : hitFirst(matched, hits);
    }

    private static boolean findable(KernelRequest request, int flags) {
        return switch (request.place) {
            case POLL, WORKER_QUEUED, WORKER_RUNNING -> true;
            // Timers have no file.
            case TIMER -> (flags & IORING_ASYNC_CANCEL_FD) == 0;
            // Stays in the table of armed polls until its task work has run.
            case ENDING -> request.cancelledInPoll;
            case DEVICE, LINKED, NOTIFYING, OVER -> false;
        };
    }

    private static boolean matches(KernelRequest request, SqeBytes cancel, @Nullable KernelFile file) {
        int flags = cancel.opFlags();
        if ((flags & IORING_ASYNC_CANCEL_ANY) != 0) {
            return true;
        }
        boolean byFile = (flags & IORING_ASYNC_CANCEL_FD) != 0;
        boolean byOpcode = (flags & IORING_ASYNC_CANCEL_OP) != 0;
        if (byFile && request.file != file) {
            return false;
        }
        if (byOpcode && request.opcode() != cancel.len()) {
            return false;
        }
        boolean byUserData = (flags & IORING_ASYNC_CANCEL_USERDATA) != 0 || !byFile && !byOpcode;
        return !byUserData || request.userData() == cancel.addr();
    }

    private int hitAll(List<KernelRequest> matched, List<Long> hits) {
        int exact = 0;
        int workers = 0;
        for (KernelRequest request : matched) {
            boolean worker = request.place == Place.WORKER_QUEUED || request.place == Place.WORKER_RUNNING;
            exact += worker ? 0 : 1;
            workers += worker ? 1 : 0;
            hit(request, hits);
        }
        return exact + (workers == 0 ? 0 : kernel.behaviour().countOfWorkers(workers));
    }

    private int hitFirst(List<KernelRequest> matched, List<Long> hits) {
        for (Place place : ORDER) {
            List<KernelRequest> there = matched.stream().filter(request -> request.place == place
                    || place == Place.POLL && request.place == Place.ENDING).toList();
            if (!there.isEmpty()) {
                hit(there.get(kernel.behaviour().nextMatch(there.size())), hits);
                return place == Place.WORKER_RUNNING ? -Errno.EALREADY : 0;
            }
        }
        return -Errno.ENOENT;
    }

    private void hit(KernelRequest request, List<Long> hits) {
        hits.add(request.userData());
        kernel.cancelled(request);
    }
}
