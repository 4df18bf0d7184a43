package io.github.reactoruring.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import io.github.reactoruring.Uring;
import io.github.reactoruring.UringBuilder;
import io.github.reactoruring.UringStats;
import io.github.reactoruring.testing.process.Descriptors;
import reactor.core.publisher.Hooks;

/**
 * Gives each test a Uring, and holds every test to the same end: nothing in flight, no stale completion, no error
 * dropped, no descriptor left.
 */
public final class TestUring implements BeforeEachCallback, AfterEachCallback {

    private final UnaryOperator<UringBuilder> settings;
    private final List<Throwable> droppedErrors = new CopyOnWriteArrayList<>();
    private Map<String, Integer> descriptorsBefore = Map.of();
    private Uring uring;

    private TestUring(UnaryOperator<UringBuilder> settings) {
        this.settings = settings;
    }

    /** Makes one with the default settings. */
    public static TestUring withDefaults() {
        return new TestUring(builder -> builder);
    }

    /** Makes one with these settings. */
    public static TestUring with(UnaryOperator<UringBuilder> settings) {
        return new TestUring(settings);
    }

    /** Returns the test's Uring. */
    public Uring get() {
        return uring;
    }

    /** Takes and forgets the errors that reached no subscriber so far. */
    public List<Throwable> takeDroppedErrors() {
        List<Throwable> taken = List.copyOf(droppedErrors);
        droppedErrors.clear();
        return taken;
    }

    /** Waits until nothing is in flight. */
    public void awaitIdle() {
        Await.until("an idle ring", () -> uring.stats().inFlight() == 0);
    }

    /** Waits until the kernel has {@code count} requests. */
    public void awaitInFlight(int count) {
        Await.until(count + " requests in flight", () -> uring.stats().inFlight() == count);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        droppedErrors.clear();
        Hooks.onErrorDropped(droppedErrors::add);
        descriptorsBefore = Descriptors.open();
        uring = settings.apply(Uring.builder("test")).build();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        try {
            uring.disposeLater().block(Duration.ofSeconds(30));
            UringStats stats = uring.stats();
            assertThat(stats.inFlight()).as("in flight at the end: %s", stats).isZero();
            assertThat(stats.staleCompletions()).as("stale completions: %s", stats).isZero();
            assertThat(stats.completed()).as("each request completed once: %s", stats).isEqualTo(stats.submitted());
            assertThat(droppedErrors).as("errors that reached nobody").isEmpty();
            Descriptors.awaitNoMoreThan(descriptorsBefore);
        } finally {
            Hooks.resetOnErrorDropped();
        }
    }
}
