package io.github.reactoruring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.publisher.Mono;

class UringBuilderTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "with space", "slash/", "ü"})
    void namesGoIntoThreadNames(String name) {
        assertIllegal(() -> Uring.builder(name), "thread names");
    }

    @Test
    void settingsHaveTheirBounds() {
        UringBuilder builder = Uring.builder("bounds");
        assertIllegal(() -> builder.rings(0), "rings must be 1 to 1024, not 0");
        assertIllegal(() -> builder.rings(1025), "rings");
        assertIllegal(() -> builder.submissionEntries(0), "submissionEntries must be 1 to 32768");
        assertIllegal(() -> builder.submissionEntries(32_769), "submissionEntries");
        assertIllegal(() -> builder.completionEntries(1), "completionEntries must be 2 to 65536");
        assertIllegal(() -> builder.completionEntries(65_537), "completionEntries");
        assertThatThrownBy(() -> builder.cancelPolicy(null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void queuesMustFitEachOther() {
        UringBuilder builder = Uring.builder("queues").submissionEntries(512).completionEntries(256);

        assertIllegal(builder::build, "completionEntries (256) must be no fewer than submissionEntries (512)");
    }

    private static void assertIllegal(Runnable setting, String message) {
        assertThatThrownBy(setting::run).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
    }

    @Test
    @NeedsUring
    void filesAreSpreadOverTheRingsAndEachStaysOnItsOwn(@TempDir Path directory) throws Exception {
        Path path = Files.write(directory.resolve("file"), new byte[10]);
        Uring uring = Uring.builder("spread").rings(3).build();
        try {
            Set<String> threads = new TreeSet<>();
            for (int i = 0; i < 6; i++) {
                UringFile file = uring.files().open(path).block();
                Set<String> ofTheFile = new TreeSet<>();
                for (int read = 0; read < 5; read++) {
                    ofTheFile.add(file.readAt(0, 5).map(buffer -> Thread.currentThread().getName()).block());
                }
                assertThat(ofTheFile).hasSize(1);
                threads.addAll(ofTheFile);
            }
            assertThat(threads).containsExactly("uring-spread-1", "uring-spread-2", "uring-spread-3");
            assertThat(uring.stats().submitted()).as("of all rings").isEqualTo(6 * 6);
        } finally {
            uring.disposeLater().block();
        }
    }

    @Test
    @NeedsUring
    void aFileOpenedOnARingsThreadStaysThere(@TempDir Path directory) throws Exception {
        Path path = Files.write(directory.resolve("file"), new byte[10]);
        Uring uring = Uring.builder("local").rings(3).build();
        try {
            Mono<Boolean> same = uring.raw().poll(1, 4).flatMap(events -> {
                String here = Thread.currentThread().getName();
                return uring.files().open(path).map(file -> Thread.currentThread().getName().equals(here));
            });
            for (int i = 0; i < 5; i++) {
                assertThat(same.block()).isTrue();
            }
        } finally {
            uring.disposeLater().block();
        }
    }

    @Test
    @NeedsUring
    void theSharedRingStaysOpen() {
        Uring shared = Uring.shared();

        shared.disposeLater().block();
        shared.dispose();

        assertThat(Uring.shared()).isSameAs(shared);
        assertThat(shared.isDisposed()).isFalse();
        shared.raw().nop().block();
    }
}
