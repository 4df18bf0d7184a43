package io.github.reactoruring.testing.fuse;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.testing.Await;

/**
 * Lets the requests of one kind through to a file of a {@link SlowFileSystem}: at once, late, or when the test says so.
 * Each request waits for its own answer, and holds nobody else up.
 *
 * <p><b>Threads:</b> any.
 */
public final class Gate {

    private final ScheduledExecutorService timer;
    private final Map<Long, IntConsumer> held = new LinkedHashMap<>();
    private boolean holding;
    private boolean interruptible;
    private Duration delay = Duration.ZERO;
    private int arrived;
    private int answered;
    private int interrupts;

    Gate(ScheduledExecutorService timer) {
        this.timer = timer;
    }

    /** Holds what arrives from now on until it is released. */
    public synchronized Gate hold() {
        holding = true;
        return this;
    }

    /** Answers what arrives from now on after {@code time}. */
    public synchronized Gate delay(Duration time) {
        delay = time;
        return this;
    }

    /**
     * Ends what is held with EINTR when the kernel interrupts it. By default interrupts are ignored, as filesystems may:
     * nothing but the release ends a request.
     */
    public synchronized Gate interruptible() {
        interruptible = true;
        return this;
    }

    /** Answers the oldest {@code count} of those held. */
    public void release(int count) {
        for (IntConsumer answer : take(count)) {
            answer.accept(0);
        }
    }

    /** Fails the oldest {@code count} of those held. */
    public void fail(int count, int errno) {
        for (IntConsumer answer : take(count)) {
            answer.accept(errno);
        }
    }

    /** Answers all that is held, and what arrives from now on at once. */
    public void open() {
        synchronized (this) {
            holding = false;
            delay = Duration.ZERO;
        }
        release(Integer.MAX_VALUE);
    }

    /** Returns how many requests have ever reached the filesystem. */
    public synchronized int arrived() {
        return arrived;
    }

    /** Returns how many requests were answered. */
    public synchronized int answered() {
        return answered;
    }

    /** Returns how many requests are waiting for their release. */
    public synchronized int held() {
        return held.size();
    }

    /** Returns how often the kernel asked to interrupt a request that was held. */
    public synchronized int interrupts() {
        return interrupts;
    }

    /** Waits until {@code count} requests are held. */
    public Gate awaitHeld(int count) {
        Await.until(Duration.ofSeconds(10), () -> count + " requests held, but " + held(), () -> held() == count);
        return this;
    }

    // ---- For the filesystem

    /** @param answer sends the reply, given zero or an errno; once */
    void arrive(long unique, IntConsumer answer) {
        Duration wait;
        synchronized (this) {
            arrived++;
            if (holding) {
                held.put(unique, counted(answer));
                return;
            }
            wait = delay;
        }
        if (wait.isZero()) {
            counted(answer).accept(0);
        } else {
            timer.schedule(() -> counted(answer).accept(0), wait.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    void interrupt(long unique) {
        IntConsumer answer;
        synchronized (this) {
            if (!held.containsKey(unique)) {
                return;
            }
            interrupts++;
            if (!interruptible) {
                return;
            }
            answer = held.remove(unique);
        }
        answer.accept(Errno.EINTR);
    }

    /** Counts before the reply goes out: whoever saw its effect sees it counted. */
    private IntConsumer counted(IntConsumer answer) {
        return errno -> {
            synchronized (this) {
                answered++;
            }
            answer.accept(errno);
        };
    }

    private synchronized List<IntConsumer> take(int count) {
        List<Long> oldest = held.keySet().stream().limit(count).toList();
        List<IntConsumer> taken = new ArrayList<>(oldest.size());
        for (Long unique : oldest) {
            taken.add(held.remove(unique));
        }
        return taken;
    }

    @Override
    public synchronized String toString() {
        return "Gate(arrived " + arrived + ", answered " + answered + ", held " + held.size() + ", interrupts "
                + interrupts + ")";
    }
}
