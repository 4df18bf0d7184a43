package io.github.reactoruring;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.file.UringFileSystem;
import io.github.reactoruring.file.UringFiles;
import io.github.reactoruring.internal.engine.Rings;
import io.github.reactoruring.internal.facet.BatchComposite;
import io.github.reactoruring.internal.facet.RingFileSystem;
import io.github.reactoruring.internal.facet.RingFiles;
import io.github.reactoruring.internal.facet.RingRaw;
import io.github.reactoruring.internal.facet.RingTimers;
import io.github.reactoruring.internal.loop.DisposalBatch;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.raw.Raw;
import io.github.reactoruring.time.Timers;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/**
 * The entry: Flux and Mono sources on a shared Linux io_uring.
 *
 * <pre>{@code
 * Uring uring = Uring.shared();
 * Flux<ByteBuffer> content = uring.files().read(Path.of("/var/log/syslog"));
 * }</pre>
 *
 * <p><b>Demand:</b> {@code request(n)} bounds what is in flight in the kernel.
 *
 * <p><b>Cancellation:</b> disposing of a subscription returns at once and submits a cancel; buffers and files live until
 * the kernel is done with them. Disposals that reach the ring together become the fewest cancels the
 * {@link CancelPolicy} allows, often a single one with the ALL flag: see {@link #batch} and {@link #composite}.
 *
 * <p><b>Threading:</b> all methods any thread. Signals are emitted on a ring's thread, named {@code uring-NAME-N}, where
 * {@code block()} throws: move blocking work elsewhere with {@code publishOn}.
 */
public final class Uring implements Disposable {

    /** How long {@link #dispose()} and {@link #disposeLater()} wait for the kernel: 15 seconds. */
    public static final Duration DEFAULT_DISPOSE_TIMEOUT = Duration.ofSeconds(15);
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private final String name;
    private final Rings rings;
    private final UringFiles files;
    private final UringFileSystem fileSystem;
    private final Timers timers;
    private final Raw raw;
    private volatile boolean disposed;

    Uring(String name, Rings rings) {
        this.name = name;
        this.rings = rings;
        files = new RingFiles(rings::next, rings::all);
        fileSystem = new RingFileSystem(rings::next, rings.first().ring());
        timers = new RingTimers(rings::first);
        raw = new RingRaw(rings::first);
    }

    /**
     * Returns the ring that the whole JVM shares, opened by the first call and never closed: to dispose of it has no
     * effect.
     *
     * @throws UringUnavailableException if there is no io_uring to be had, saying why and what to do
     */
    public static Uring shared() {
        return SharedUring.get();
    }

    /**
     * Starts to build a Uring of its own.
     *
     * @param name goes into the names of its threads; letters, digits, '.', '_' and '-'
     */
    public static UringBuilder builder(String name) {
        return new UringBuilder(name);
    }

    /** Says whether io_uring is to be had here. Never throws. */
    public static boolean isAvailable() {
        return unavailabilityCause() == null;
    }

    /**
     * Returns why io_uring is not to be had and what to do about it, or null when it is. Found out once, but asked again where
     * it was for want of descriptors or memory, which somebody may have given back. Never throws.
     */
    public static @Nullable Throwable unavailabilityCause() {
        return SharedUring.unavailabilityCause();
    }

    /** Reads and writes files and pipes. */
    public UringFiles files() {
        return files;
    }

    /** Looks at, makes, renames, removes and watches what is in directories. */
    public UringFileSystem fileSystem() {
        return fileSystem;
    }

    /** Tells the time. */
    public Timers timers() {
        return timers;
    }

    /** Submits any operation. */
    public Raw raw() {
        return raw;
    }

    /**
     * Runs {@code disposals}, and delivers all disposals of this Uring's sources that it makes, on this thread, to the ring
     * as one batch. Batches may nest: the outermost delivers.
     */
    public void batch(Runnable disposals) {
        DisposalBatch.run(Objects.requireNonNull(disposals, "disposals"));
    }

    /** Makes a composite whose {@code dispose()} delivers the disposals of all its members as one batch. */
    public Disposable.Composite composite() {
        return new BatchComposite();
    }

    /** Returns what was counted since this Uring was built. */
    public UringStats stats() {
        return rings.stats();
    }

    /** Closes without waiting: {@code disposeLater().subscribe()}. */
    @Override
    public void dispose() {
        disposeLater().subscribe(null, error -> {
            // The ring has logged it.
        });
    }

    /**
     * Returns why a ring of this Uring has failed, or null while all of them work. A ring fails for want of memory, or by an
     * error of the kernel's: what was in flight is told the cause, and files that were open on it stay useless. Another takes
     * its place as soon as one is to be had, mostly at once; where that too fails soon, or none is to be had, after 100 ms to
     * 10 s. Until then what is subscribed to goes to the other rings, or is rejected with the cause at once.
     * {@link UringStats#ringFailures} counts them.
     */
    public @Nullable Throwable failureCause() {
        return rings.failure();
    }

    /** Says whether it cannot be used: it was disposed of, or all its rings {@link #failureCause() have failed} just now. */
    @Override
    public boolean isDisposed() {
        return disposed || rings.allFailed();
    }

    /** Closes with {@link #DEFAULT_DISPOSE_TIMEOUT}; see {@link #disposeLater(Duration)}. */
    public Mono<Void> disposeLater() {
        return disposeLater(DEFAULT_DISPOSE_TIMEOUT);
    }

    /**
     * Closes: rejects what is new, drops what is queued, cancels what is in flight, and completes when the kernel is done
     * with all of it and files and rings are closed. Sources that were not disposed of fail with an error. Idempotent.
     *
     * @param timeout past it nobody waits any longer: what is still in flight is told so, and the Mono fails saying how much
     *     that is. Its memory, its files and the ring are kept until the kernel has done with them, however long that takes
     */
    public Mono<Void> disposeLater(Duration timeout) {
        long nanos = nanos(Objects.requireNonNull(timeout, "timeout"));
        return Mono.defer(() -> {
            if (this == SharedUring.ifOpen()) {
                return Mono.empty();
            }
            return Mono.fromFuture(close(nanos), true);
        });
    }

    private CompletableFuture<Void> close(long timeoutNanos) {
        List<EventLoop> closing;
        synchronized (rings) {
            disposed = true;
            closing = rings.shut();
        }
        // Not under the lock: who is turned away is told.
        return Rings.close(closing, timeoutNanos);
    }

    /**
     * Opens a Uring that was disposed of anew, with the settings it was built with, as for an application that is stopped and
     * started again, or restored from a checkpoint. What was put together before is served by the new rings; files that were
     * open stay closed. No effect on one that is open. Does not wait for requests that are late.
     *
     * @throws UringUnavailableException if there is no ring to be had now; it stays disposed of then
     */
    public void reopen() {
        synchronized (rings) {
            if (disposed) {
                rings.openAgain();
                disposed = false;
            }
        }
    }

    /** Returns the time, which is cut to some decades: added to the clock's it must not go beyond what there is. */
    private static long nanos(Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("timeout must be zero or more, not " + timeout);
        }
        return (timeout.compareTo(LONGEST) > 0 ? LONGEST : timeout).toNanos();
    }

    @Override
    public String toString() {
        return "Uring(" + name + ")";
    }
}
