package io.github.reactoruring.testing.kernel;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.reactoruring.internal.sys.Errno;

/**
 * What the kernel saw while a {@link KernelTrace} ran: SQEs by opcode, CQEs by result, what each cancel said.
 *
 * <p>A CQE belongs to the oldest SQE in flight with its ring and user_data; wake-ups have none. An SQE that posts no CQE on success counts
 * as finished.
 */
public final class KernelSight {

    private static final Pattern SUBMITTED = Pattern.compile("io_uring_submit_req: ring (\\S+?), req \\S+?,"
            + " user_data (0x[0-9a-f]+), opcode (\\S+?), flags (0x[0-9a-f]+)");
    private static final Pattern COMPLETED = Pattern.compile("io_uring_complete: ring (\\S+?), req \\S+?,"
            + " user_data (0x[0-9a-f]+), result (-?\\d+), cflags (0x[0-9a-f]+)");
    /** A completion too: one that did not fit the queue, and is told of only here. */
    private static final Pattern OVERFLOWED = Pattern.compile("io_uring_cqe_overflow: ring (\\S+?),"
            + " user_data (0x[0-9a-f]+), res (-?\\d+), cflags (0x[0-9a-f]+)");
    private static final long F_MORE = 2;
    private static final long FORCE_ASYNC = 1 << 4;
    private static final long CQE_SKIP = 1 << 6;

    private final Map<String, Integer> submitted = new TreeMap<>();
    private final Map<String, Integer> toWorkers = new TreeMap<>();
    private final Map<String, Integer> completed = new TreeMap<>();
    private final Map<String, Integer> cancels = new TreeMap<>();
    private final Map<String, ArrayDeque<Sqe>> inFlight = new HashMap<>();
    private final long lost;
    private int doubled;

    private record Sqe(String opcode, boolean silent) {
    }

    KernelSight(long lost) {
        this.lost = lost;
    }

    void read(String line) {
        Matcher submission = SUBMITTED.matcher(line);
        if (submission.find()) {
            String opcode = submission.group(3);
            submitted.merge(opcode, 1, Integer::sum);
            long flags = Long.decode(submission.group(4));
            if ((flags & FORCE_ASYNC) != 0) {
                toWorkers.merge(opcode, 1, Integer::sum);
            }
            boolean silent = (flags & CQE_SKIP) != 0;
            inFlight.computeIfAbsent(submission.group(1) + submission.group(2), key -> new ArrayDeque<>(1))
                    .add(new Sqe(opcode, silent));
            return;
        }
        for (Pattern pattern : List.of(COMPLETED, OVERFLOWED)) {
            Matcher completion = pattern.matcher(line);
            if (completion.find()) {
                complete(completion.group(1) + completion.group(2), Integer.parseInt(completion.group(3)),
                        Long.decode(completion.group(4)));
            }
        }
    }

    private void complete(String key, int result, long flags) {
        ArrayDeque<Sqe> sqes = inFlight.get(key);
        if (sqes == null) {
            doubled += (flags & F_MORE) == 0 ? 1 : 0;
            return;
        }
        String name = result >= 0 ? ">=0" : Errno.name(-result);
        completed.merge(name, 1, Integer::sum);
        if (sqes.peek().opcode.equals("ASYNC_CANCEL")) {
            cancels.merge(result > 0 ? "found " + result : result == 0 ? "found" : name, 1, Integer::sum);
        }
        if ((flags & F_MORE) == 0) {
            sqes.remove();
            if (sqes.isEmpty()) {
                inFlight.remove(key);
            }
        }
    }

    /** Returns how many SQEs of an operation the kernel took, such as "ASYNC_CANCEL". */
    public int submitted(String opcode) {
        return submitted.getOrDefault(opcode, 0);
    }

    /** Returns how many SQEs of an operation were to go to a worker (IOSQE_ASYNC). */
    public int toWorkers(String opcode) {
        return toWorkers.getOrDefault(opcode, 0);
    }

    /** Returns the SQEs the kernel took, by operation. */
    public Map<String, Integer> submitted() {
        return submitted;
    }

    /** Returns the CQEs of those SQEs, by ">=0" or the error's name. */
    public Map<String, Integer> completed() {
        return completed;
    }

    /** Returns how many of those CQEs had this result: ">=0", or the error's name. */
    public int completed(String result) {
        return completed.getOrDefault(result, 0);
    }

    /** Returns what the cancels said: "found" for 0, "found N", or the error's name; silent successes not at all. */
    public Map<String, Integer> cancels() {
        return cancels;
    }

    /** Returns how many final CQEs came without an SQE that was in flight. */
    public int doubled() {
        return doubled;
    }

    /** Returns the SQEs that had no final CQE, by operation. */
    public Map<String, Integer> unfinished() {
        Map<String, Integer> unfinished = new TreeMap<>();
        inFlight.values().forEach(sqes -> sqes.stream().filter(sqe -> !sqe.silent)
                .forEach(sqe -> unfinished.merge(sqe.opcode, 1, Integer::sum)));
        return unfinished;
    }

    /** Returns how many events the kernel had no room to record; any makes the others lower bounds. */
    public long lost() {
        return lost;
    }

    @Override
    public String toString() {
        return "submitted " + submitted + ", completed " + completed + ", cancels " + cancels + ", doubled " + doubled
                + ", unfinished " + unfinished() + ", lost " + lost;
    }
}
