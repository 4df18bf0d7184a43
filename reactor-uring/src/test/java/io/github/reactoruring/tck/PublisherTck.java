package io.github.reactoruring.tck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.reactivestreams.Publisher;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.annotations.AfterClass;
import org.testng.annotations.BeforeClass;

import io.github.reactoruring.Uring;

/** Runs the Reactive Streams TCK on one kind of publisher. */
abstract class PublisherTck<T> extends PublisherVerification<T> {

    private static final long DEFAULT_TIMEOUT_MILLIS = 500;
    private static final long NO_SIGNAL_MILLIS = 50;

    private Uring uring;
    private Path directory;

    PublisherTck() {
        this(new TestEnvironment(DEFAULT_TIMEOUT_MILLIS, NO_SIGNAL_MILLIS));
    }

    PublisherTck(TestEnvironment environment) {
        super(environment);
    }

    Uring uring() {
        return uring;
    }

    /** Makes a file of {@code bytes} bytes. */
    Path file(long bytes) {
        try {
            return Files.write(directory.resolve("file" + bytes), new byte[Math.toIntExact(bytes)]);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeClass
    void open() throws IOException {
        uring = TckRing.open();
        directory = Files.createTempDirectory("tck");
    }

    @AfterClass(alwaysRun = true)
    void close() throws IOException {
        if (uring == null) {
            return;
        }
        uring.disposeLater().block();
        try (var files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }

    @Override
    public abstract Publisher<T> createPublisher(long elements);

    /** There is none: the kernel says no only once it was asked, which takes a request. */
    @Override
    public Publisher<T> createFailedPublisher() {
        return null;
    }
}
