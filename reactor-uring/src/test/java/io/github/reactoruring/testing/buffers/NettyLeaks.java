package io.github.reactoruring.testing.buffers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;

/**
 * Turns Netty's leak detector on for every buffer, in every test: what is collected without a release is remembered. As an
 * extension of a class, fails it if anything was; what its predecessors left is printed.
 *
 * <p>Installed before Netty's classes are loaded, which keep the detector that they find.
 */
public final class NettyLeaks implements LauncherSessionListener, BeforeAllCallback, AfterAllCallback {

    private static final List<String> REPORTED = new CopyOnWriteArrayList<>();
    private static final int COLLECTIONS = 3;

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new ResourceLeakDetectorFactory() {
            @Override
            @Deprecated
            public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int samplingInterval,
                    long maxActive) {
                return new Remembering<>(resource, samplingInterval);
            }
        });
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        collect();
        take().forEach(leak -> System.out.println("LEAK before " + context.getDisplayName() + ": " + leak));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        collect();
        assertThat(take()).as("buffers collected and not released").isEmpty();
    }

    private static void collect() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            lookForLeaks();
        }
    }

    /** Makes the detector look at what was collected, which it does when it tracks another. */
    public static void lookForLeaks() {
        ByteBufAllocator.DEFAULT.directBuffer(1).release();
    }

    /** Takes and forgets what was reported. */
    public static List<String> take() {
        List<String> taken = List.copyOf(REPORTED);
        REPORTED.clear();
        return taken;
    }

    private static final class Remembering<T> extends ResourceLeakDetector<T> {

        Remembering(Class<T> resource, int samplingInterval) {
            super(resource, samplingInterval);
        }

        @Override
        protected boolean needReport() {
            return true;
        }

        @Override
        protected void reportTracedLeak(String resourceType, String records) {
            REPORTED.add(resourceType + records);
        }

        @Override
        protected void reportUntracedLeak(String resourceType) {
            REPORTED.add(resourceType);
        }
    }
}
