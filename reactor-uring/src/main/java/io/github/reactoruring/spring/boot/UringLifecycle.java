package io.github.reactoruring.spring.boot;

import java.time.Duration;

import org.springframework.context.SmartLifecycle;

import io.github.reactoruring.Uring;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * Closes the ring after the server and whatever else the application stops: its phase is the one of Reactor Netty's own
 * resources. What is in flight by then is cancelled; the last step of the application's end waits until the kernel is
 * done with it.
 *
 * <p>Opens it again when a context that was stopped is started once more, or restored from a checkpoint. Where that cannot be
 * done the application starts all the same, as it does where there never was a ring.
 */
final class UringLifecycle implements SmartLifecycle {

    private static final Logger LOG = Loggers.getLogger(UringLifecycle.class);

    private final Uring uring;
    private final Duration timeout;
    private volatile boolean running;

    UringLifecycle(Uring uring, Duration timeout) {
        this.uring = uring;
        this.timeout = timeout;
    }

    @Override
    public void start() {
        try {
            uring.reopen();
        } catch (RuntimeException e) {
            // Forbidden by now: files are served as they are without a ring.
            LOG.warn("No ring can be opened again, so that files are served without: " + e.getMessage());
        }
        running = true;
    }

    @Override
    public void stop() {
        stop(() -> {
        });
    }

    @Override
    public void stop(Runnable whenStopped) {
        running = false;
        uring.disposeLater(timeout)
                .doOnError(error -> LOG.warn("The ring did not close in time: " + error.getMessage()))
                .onErrorComplete()
                .doFinally(signal -> whenStopped.run())
                .subscribe();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Returns 0: below the server's, which stops first, and the applications' own, which may still use the ring. */
    @Override
    public int getPhase() {
        return 0;
    }

    /** Returns false: an idle ring costs nothing, and what others have in flight goes on. */
    @Override
    public boolean isPauseable() {
        return false;
    }
}
