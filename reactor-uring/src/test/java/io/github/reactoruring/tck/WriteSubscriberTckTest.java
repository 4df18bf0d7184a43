package io.github.reactoruring.tck;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.Tag;
import org.reactivestreams.Subscriber;
import org.reactivestreams.tck.SubscriberBlackboxVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.annotations.AfterClass;
import org.testng.annotations.BeforeClass;
import org.testng.annotations.Test;

import io.github.reactoruring.Uring;
import reactor.core.Disposable;
import reactor.core.publisher.Hooks;

/** Verifies the subscriber that a write subscribes to its source. */
@Tag("tck")
@Test(groups = "tck")
public class WriteSubscriberTckTest extends SubscriberBlackboxVerification<ByteBuffer> {

    private static final long DEFAULT_TIMEOUT_MILLIS = 500;
    private static final long NO_SIGNAL_MILLIS = 50;

    private final List<Disposable> writes = new CopyOnWriteArrayList<>();
    private Uring uring;
    private Path path;

    public WriteSubscriberTckTest() {
        super(new TestEnvironment(DEFAULT_TIMEOUT_MILLIS, NO_SIGNAL_MILLIS));
    }

    @BeforeClass
    void open() throws IOException {
        uring = TckRing.open();
        path = Files.createTempFile("tck", "");
        Hooks.onErrorDropped(error -> {
            // The suite signals errors to writes that have ended.
        });
    }

    @AfterClass
    void close() throws IOException {
        writes.forEach(Disposable::dispose);
        uring.disposeLater().block();
        Files.delete(path);
        Hooks.resetOnErrorDropped();
    }

    @Override
    public Subscriber<ByteBuffer> createSubscriber() {
        CompletableFuture<Subscriber<? super ByteBuffer>> subscribed = new CompletableFuture<>();
        writes.add(uring.files().write(path, subscribed::complete).subscribe(bytes -> {
        }, error -> {
        }));
        @SuppressWarnings("unchecked")
        Subscriber<ByteBuffer> subscriber = (Subscriber<ByteBuffer>) subscribed.join();
        return subscriber;
    }

    @Override
    public ByteBuffer createElement(int element) {
        return ByteBuffer.allocate(8).putLong(0, element);
    }
}
