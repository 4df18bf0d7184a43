package io.github.reactoruring.testing;

import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

import reactor.blockhound.BlockHound;

/**
 * Makes blocking on a ring's thread fail, in every test, but for the loop's own idle wait.
 *
 * <p>BlockHound knows the JDK's blocking methods. It does not see downcalls, so that its silence about what the library
 * calls in the kernel proves nothing; it does see what subscribers and library code do on a ring's thread in Java.
 */
public final class BlockHoundListener implements LauncherSessionListener {

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        BlockHound.builder()
                .loadIntegrations()
                .allowBlockingCallsInside("io.github.reactoruring.internal.loop.EnterGuard", "enter")
                .install();
    }
}
