package io.github.reactoruring.testing;

import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingOperationError;

/**
 * Makes blocking on a ring's thread fail, in every test, but for the loop's own idle wait.
 *
 * <p>BlockHound knows the JDK's blocking methods. It does not see downcalls, so that its silence about what the library
 * calls in the kernel proves nothing; it does see what subscribers and library code do on a ring's thread in Java.
 */
public final class BlockHoundListener implements LauncherSessionListener {

    /** Where the TCK's own subscribers put signals, under a lock. */
    private static final String TCK_QUEUE = "org.reactivestreams.tck.TestEnvironment$Receptacle";

    /** Where Netty's allocator waits, for an instant, for another thread to be done with its memory. */
    private static final String NETTY_MAGAZINE = "io.netty.buffer.AdaptivePoolingAllocator$Magazine";

    /** Where Spring's own writers of multipart bodies read from /dev/random. */
    private static final String SPRING_BOUNDARIES = "org.springframework.util.MimeTypeUtils";

    /** Where a timer of Reactor's is taken back, and its executor's lock waited for. */
    private static final String TIMER_QUEUE = "java.util.concurrent.ScheduledThreadPoolExecutor$DelayedWorkQueue";

    /** Where the JDK's HTTP client is told, by who writes a body, that there is something to send, and takes a lock of its own. */
    private static final String HTTP_CLIENT_SELECTOR = "jdk.internal.net.http.HttpClientImpl$SelectorManager";

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        BlockHound.builder()
                .loadIntegrations()
                .allowBlockingCallsInside("io.github.reactoruring.internal.loop.EnterGuard", "enter")
                .allowBlockingCallsInside(NETTY_MAGAZINE, "free")
                .allowBlockingCallsInside(SPRING_BOUNDARIES, "generateMultipartBoundary")
                .allowBlockingCallsInside(TIMER_QUEUE, "remove")
                .allowBlockingCallsInside(HTTP_CLIENT_SELECTOR, "register")
                .allowBlockingCallsInside(TCK_QUEUE, "add")
                .allowBlockingCallsInside(TCK_QUEUE, "complete")
                .blockingMethodCallback(method -> {
                    BlockingOperationError error = new BlockingOperationError(method);
                    // Whoever catches it may have nowhere to log it to.
                    error.printStackTrace();
                    throw error;
                })
                .install();
    }
}
