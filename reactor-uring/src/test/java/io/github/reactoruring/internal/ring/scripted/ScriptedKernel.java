package io.github.reactoruring.internal.ring.scripted;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_CQE_F_MORE;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_CQE_F_NOTIF;
import static io.github.reactoruring.internal.sys.IoUringAbi.IOSQE_ASYNC;
import static io.github.reactoruring.internal.sys.IoUringAbi.IOSQE_CQE_SKIP_SUCCESS;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.ring.RingFeatures;
import io.github.reactoruring.internal.ring.SqeBytes;
import io.github.reactoruring.internal.ring.scripted.KernelRequest.Place;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;

/** Takes SQEs, holds the requests, and ends them: the kernel's inside, of one thread, deterministic. */
public final class ScriptedKernel {

    private final CompletionSide completions;
    private final RingFeatures features;
    private final KernelOperations operations;
    private final CancelSearch cancels;
    private final Violations violations;
    private final RegisteredRanges registered;
    private final Set<KernelRequest> inFlight = new LinkedHashSet<>();
    private final TaskWork taskWork = new TaskWork();
    private final LinkChain links = new LinkChain(this);
    private final List<KernelRequest> endedInline = new ArrayList<>();
    private KernelBehaviour behaviour = new KernelBehaviour();
    private boolean submitting;
    private long nowNanos;

    ScriptedKernel(CompletionSide completions, RingFeatures features, FileTable fileTable, CheckedMemory memory,
            Violations violations) {
        this.completions = completions;
        this.features = features;
        this.violations = violations;
        registered = new RegisteredRanges(this, violations);
        operations = new KernelOperations(this, fileTable, memory, violations);
        cancels = new CancelSearch(this, fileTable);
    }

    KernelBehaviour behaviour() {
        return behaviour;
    }

    void behaviour(KernelBehaviour changed) {
        behaviour = changed;
    }

    List<CancelRecord> cancels() {
        return cancels.records();
    }

    /** Returns the requests whose final CQE was not posted. */
    public List<KernelRequest> inFlight() {
        return List.copyOf(inFlight);
    }

    public Iterable<KernelRequest> eachInFlight() {
        return inFlight;
    }

    // ---- Submission

    void beginSubmission() {
        submitting = true;
    }

    /** Takes one SQE; false when it was bad enough for a kernel without SUBMIT_ALL to stop there. */
    boolean take(SqeBytes sqe) {
        SqeRules.check(sqe, violations);
        completions.begins(sqe);
        KernelRequest request = new KernelRequest(sqe);
        inFlight.add(request);
        KernelRequest head = links.enter(request);
        boolean headless = head == null && sqe.opcode() == IoUringAbi.IORING_OP_LINK_TIMEOUT;
        int prepared = headless ? -Errno.EINVAL : SqeRules.prepare(sqe, features);
        prepared = prepared < 0 ? prepared : registered.prepare(sqe);
        if (prepared < 0) {
            end(request, prepared, 0, true);
            return features.has(RingFeature.SUBMIT_ALL);
        }
        operations.prepare(request);
        if (head == null) {
            start(request);
        } else {
            operations.armLinkTimeout(request, nowNanos);
        }
        return true;
    }

    /** Says whether a submission ended behind this request, in the middle of its chain. */
    public boolean wasCutBehind(long userData) {
        return links.wasCutBehind(userData);
    }

    void endSubmission() {
        links.cut();
        submitting = false;
        List<KernelRequest> ended = List.copyOf(endedInline);
        endedInline.clear();
        ended.forEach(links::goOn);
        if (!features.has(RingFeature.DEFER_TASKRUN)) {
            runTaskWork(Integer.MAX_VALUE);
        }
    }

    private void start(KernelRequest request) {
        if (request.sqe().isCancel()) {
            end(request, cancels.execute(request.sqe()), 0, true);
            return;
        }
        // A request for a worker resolves its file only there.
        if (!request.sqe().has(IOSQE_ASYNC) && !operations.resolveFile(request)) {
            end(request, -Errno.EBADF, 0, true);
            return;
        }
        Place place = behaviour.place(request);
        KernelFile file = request.file;
        boolean readyPoll = place == Place.POLL && request.opcode() == IoUringAbi.IORING_OP_POLL_ADD && file != null
                && file.isReadable();
        if (readyPoll && request.sqe().isMultishot()) {
            request.place = place;
            emit(request);
        } else if (place == Place.OVER || readyPoll) {
            finish(request, operations.perform(request), true);
        } else {
            request.place = place;
            if (place == Place.TIMER) {
                operations.armTimer(request, nowNanos);
            }
        }
    }

    // ---- What becomes of a request

    /** Ends the request as it would by itself. */
    public void complete(KernelRequest request) {
        requireWaiting(request);
        int result = request.interrupted
                ? behaviour.cancelledResult(request, () -> operations.perform(request))
                : operations.perform(request);
        finish(request, result, false);
    }

    /** Ends the request with a result; one above zero moves as many bytes. */
    public void complete(KernelRequest request, int result) {
        requireWaiting(request);
        operations.transfer(request, result);
        finish(request, result, false);
    }

    /** Ends the request exactly so: no data, these flags, no notification. */
    public void complete(KernelRequest request, int result, int flags) {
        requireWaiting(request);
        end(request, result, flags, false);
    }

    /** Lets a request try again in task work: gives one completion of a multishot one, and ends another. */
    public void emit(KernelRequest request) {
        requireWaiting(request);
        later(TaskWork.Item.attempt(request));
    }

    public void emit(KernelRequest request, int result) {
        emit(request, result, 0);
    }

    public void emit(KernelRequest request, int result, int flags) {
        requireWaiting(request);
        later(TaskWork.Item.post(request, result, flags | takeBufferFlags(request) | IORING_CQE_F_MORE));
    }

    /** Tells that a zero-copy send's memory is free. */
    public void notifySent(KernelRequest request) {
        if (request.place != Place.NOTIFYING) {
            throw new IllegalStateException(request + " has no notification to give");
        }
        end(request, 0, IORING_CQE_F_NOTIF, false);
    }

    /** Writes into the request's memory, as a device does before it is done. */
    public void scribble(KernelRequest request) {
        requireWaiting(request);
        operations.scribble(request);
    }

    private static void requireWaiting(KernelRequest request) {
        if (!request.waiting()) {
            throw new IllegalStateException(request + " has ended");
        }
    }

    /** A cancel has reached it. */
    public void cancelled(KernelRequest request) {
        request.cancelled = true;
        switch (request.place) {
            case POLL -> {
                request.cancelledInPoll = true;
                finish(request, behaviour.cancelledResult(request, () -> operations.perform(request)), false);
            }
            case TIMER -> finish(request, -Errno.ECANCELED, false);
            case WORKER_QUEUED -> finish(request,
                    behaviour.cancelledResult(request, () -> operations.perform(request)), false);
            case WORKER_RUNNING -> request.interrupted = true;
            default -> {
            }
        }
    }

    private void finish(KernelRequest request, int result, boolean inline) {
        boolean zeroCopy = request.opcode() == IoUringAbi.IORING_OP_SEND_ZC;
        if (!zeroCopy) {
            end(request, result, takeBufferFlags(request), inline);
            return;
        }
        request.place = Place.NOTIFYING;
        TaskWork.Item sent = TaskWork.Item.post(request, result, IORING_CQE_F_MORE);
        if (inline) {
            run(sent);
        } else {
            later(sent);
        }
    }

    private static int takeBufferFlags(KernelRequest request) {
        int flags = request.bufferFlags;
        request.bufferFlags = 0;
        return flags;
    }

    private void end(KernelRequest request, int result, int flags, boolean inline) {
        request.place = Place.ENDING;
        TaskWork.Item last = TaskWork.Item.last(request, result, flags);
        if (inline) {
            run(last);
        } else {
            later(last);
        }
    }

    // ---- Task work

    private void later(TaskWork.Item work) {
        taskWork.add(work);
        boolean atOnce = !features.has(RingFeature.DEFER_TASKRUN) && !features.has(RingFeature.COOP_TASKRUN);
        if (atOnce && !submitting) {
            runTaskWork(Integer.MAX_VALUE);
        }
    }

    boolean taskWorkPending() {
        return !taskWork.isEmpty();
    }

    void runTaskWork(int limit) {
        for (int i = 0; i < limit && !taskWork.isEmpty(); i++) {
            run(taskWork.take(behaviour));
        }
    }

    private void run(TaskWork.Item work) {
        KernelRequest request = work.request();
        if (request.place == Place.OVER) {
            return;
        }
        switch (work.kind()) {
            case START -> {
                if (request.place == Place.LINKED) {
                    start(request);
                }
            }
            case ATTEMPT -> attempt(request);
            // A multishot request cannot go on when there is no room for what it gives.
            case POST -> post(request, work.result(), work.flags(),
                    request.sqe().isMultishot() && !completions.hasRoom());
            case LAST -> post(request, work.result(), work.flags(), true);
        }
    }

    private void attempt(KernelRequest request) {
        // What has arrived for a request that is being cancelled stays where it is.
        if (!request.cancelledInPoll) {
            int result = operations.perform(request);
            boolean ends = !request.sqe().isMultishot() || result < 0 || !completions.hasRoom();
            post(request, result, takeBufferFlags(request) | IORING_CQE_F_MORE, ends);
        }
    }

    private void post(KernelRequest request, int result, int flags, boolean last) {
        if (last) {
            request.place = Place.OVER;
            inFlight.remove(request);
            operations.checkSource(request);
        }
        if (last && result >= 0 && request.sqe().has(IOSQE_CQE_SKIP_SUCCESS)) {
            completions.skipped(request.userData());
        } else {
            completions.post(request.userData(), result, last ? flags & ~IORING_CQE_F_MORE : flags);
        }
        if (last) {
            request.failed = result < 0;
            if (submitting) {
                // What is done at once is flushed when all has been submitted.
                endedInline.add(request);
            } else {
                links.goOn(request);
            }
        }
    }

    /** Starts a request that waited behind another, in task work. */
    void startLater(KernelRequest request) {
        later(TaskWork.Item.start(request));
    }

    /** Tells the polls on the file that it is ready: each looks for itself, in task work. */
    void ready(KernelFile file) {
        for (KernelRequest request : inFlight()) {
            if (request.file == file && request.place == Place.POLL) {
                emit(request);
            }
        }
    }

    /** Makes a file ready for good: polls armed on it from now on are ready at once. */
    public void makeReady(KernelFile file) {
        file.readable();
        ready(file);
    }

    @Nullable
    String memoryUser(long address, long bytes) {
        return operations.user(address, bytes);
    }

    // ---- Time

    void time(long nanos) {
        nowNanos = nanos;
        for (KernelRequest request : inFlight()) {
            while (request.waiting() && request.deadlineNanos <= nanos) {
                operations.expire(request);
            }
        }
    }

    public long nowNanos() {
        return nowNanos;
    }

    /** Takes a provided buffer out of a group, and returns its id. */
    public int takeProvided(int group) {
        return provided().take(group).id();
    }

    /** Returns how many provided buffers were taken and not given back. */
    public int providedOut() {
        return provided().out();
    }

    /** Refuses the coming registrations of buffers with a negated errno. */
    public void refuseBuffers(int result) {
        registered.refuse(result);
    }

    /** Returns how many buffers are registered. */
    public int registeredBuffers() {
        return registered.count();
    }

    RegisteredRanges registered() {
        return registered;
    }

    BufferGroups provided() {
        return operations.provided();
    }

    long nextDeadlineNanos() {
        long next = Long.MAX_VALUE;
        for (KernelRequest request : inFlight) {
            if (request.waiting()) {
                next = Math.min(next, request.deadlineNanos);
            }
        }
        return next;
    }
}
