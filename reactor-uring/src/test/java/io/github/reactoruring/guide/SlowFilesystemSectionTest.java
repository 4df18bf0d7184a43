package io.github.reactoruring.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.fuse.NeedsFuse;
import io.github.reactoruring.testing.fuse.SlowFile;
import io.github.reactoruring.testing.fuse.SlowFileSystem;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Runs what the guide shows of slow filesystems, on one. */
@NeedsFuse
class SlowFilesystemSectionTest {

    @RegisterExtension
    final TestUring testUring = TestUring.withDefaults();

    @Test
    void givesUpOnAFilesystemThatHangs() throws IOException {
        Uring uring = testUring.get();
        try (SlowFileSystem slow = SlowFileSystem.mount()) {
            SlowFile hanging = slow.file("remote", 4096);
            Path remote = hanging.path();
            Duration patience = Duration.ofMillis(200);
            hanging.reads().hold();

            // snippet: slow-filesystem
            Mono<ByteBuffer> header = Mono.usingWhen(uring.files().open(remote),
                    opened -> opened.readAt(0, 512),
                    UringFile::close)
                    .timeout(patience);
            // end of snippet

            StepVerifier.create(header).verifyError(TimeoutException.class);
            assertThat(hanging.reads().answered()).isZero();

            hanging.reads().open();
            StepVerifier.create(header.timeout(Duration.ofSeconds(10)).map(ByteBuffer::remaining)).expectNext(512)
                    .verifyComplete();
            testUring.awaitIdle();
        }
    }
}
