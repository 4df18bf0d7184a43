package io.github.reactoruring.internal.source.file;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_CLOSE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.testing.ScriptedLoop;
import reactor.core.scheduler.Schedulers;

/** Calls beside the ring for which there is no thread: they end all the same, and once. */
@Tag("fault")
class OffRingTest {

    private static final String HOOK = "a test's";

    private final ScriptedLoop under = ScriptedLoop.open();
    private final OpenFile file = under.openFile("file");
    private final AtomicInteger calls = new AtomicInteger();
    private final List<Optional<Throwable>> ends = new ArrayList<>();

    @AfterEach
    void close() {
        Schedulers.resetOnScheduleHook(HOOK);
        under.close();
    }

    @Test
    void aCallThatNoThreadCanBeHadForIsToldSo() {
        Schedulers.onScheduleHook(HOOK, task -> {
            throw new OutOfMemoryError("unable to create native thread");
        });
        call();

        assertThat(calls).hasValue(0);
        assertThat(ends).singleElement().satisfies(end -> assertThat(end).containsInstanceOf(OutOfMemoryError.class));
        closes();
    }

    /** An executor queues what it then fails to start a thread for; another of its threads may take it. */
    @Test
    void aCallThatIsMadeThoughItsSchedulingFailedIsToldOnce() {
        Schedulers.onScheduleHook(HOOK, task -> {
            Thread other = Thread.ofPlatform().start(task);
            try {
                other.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            throw new OutOfMemoryError("unable to create native thread");
        });
        call();

        assertThat(calls).hasValue(1);
        assertThat(ends).singleElement().satisfies(end -> assertThat(end).isEmpty());
        closes();
    }

    private void call() {
        OffRing.call(file, (descriptors, descriptor) -> calls.incrementAndGet(), error -> ends.add(
                Optional.ofNullable(error)));
        under.turns(3);
    }

    /** It is lent no longer. */
    private void closes() {
        file.close();
        under.turns(3);
        assertThat(under.ring().taken(IORING_OP_CLOSE)).hasSize(1);
    }
}
