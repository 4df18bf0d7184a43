package io.github.reactoruring.internal.source.write;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_FSYNC_DATASYNC;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_CLOSE;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_FSYNC;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_LINKAT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_OPENAT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_STATX;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.file.ReplaceOptions;
import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.file.WriteOptions.Creation;
import io.github.reactoruring.file.WriteOptions.Sync;
import io.github.reactoruring.internal.ring.SqeBytes;
import io.github.reactoruring.internal.ring.scripted.KernelBehaviour;
import io.github.reactoruring.internal.ring.scripted.KernelRequest;
import io.github.reactoruring.internal.ring.scripted.KernelRequest.Place;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.ScriptedLoop;
import io.github.reactoruring.testing.buffers.TrackedReader;
import io.github.reactoruring.testing.buffers.WriteSource;
import reactor.core.publisher.Mono;

/** What is durable: the content, and the name in its directory; and filesystems that sync no directories. */
@Tag("fault")
class SyncScriptTest {

    @TempDir
    Path directory;

    private final ScriptedLoop under = ScriptedLoop.open();
    private final WriteSource source = new WriteSource();
    private final TrackedReader reader = new TrackedReader();
    private final Probe<Long> probe = Probe.idle();
    /** What the FSYNCs end with, one after the other. */
    private final Deque<Integer> results = new ArrayDeque<>();
    private Place linking = Place.OVER;

    @AfterEach
    void close() {
        under.close();
        reader.awaitNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(ints = {Errno.EINVAL, Errno.ENOSYS, Errno.EOPNOTSUPP, Errno.EBADF})
    void aReplacementInADirectoryThatIsNotSyncedIsOne(int errno) {
        results.addAll(List.of(0, -errno));

        replace();

        assertThat(probe.awaitEnd().values()).containsExactly(0L);
        assertThat(synced()).hasSize(2);
    }

    @Test
    void whatGoesWrongAfterTheRenameSaysThatTheFileWasReplaced() {
        results.addAll(List.of(0, -Errno.EIO));

        replace();

        FileSystemException error = probe.awaitError(FileSystemException.class);
        assertThat(error).hasMessageContaining(directory.resolve("file").toString())
                .hasMessageContaining("was replaced").hasMessageContaining("EIO");
        assertThat(error.getCause()).hasMessageContaining("FSYNC of " + directory);
        assertThat(under.ring().taken(IORING_OP_LINKAT)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {Errno.EINVAL, Errno.EIO})
    void aFileThatIsNotSyncedIsNotGivenTheName(int errno) {
        results.add(-errno);

        replace();

        assertThat(probe.awaitEnd().error()).hasMessageContaining(Errno.name(errno))
                .hasMessageNotContaining("was replaced");
        assertThat(under.ring().taken(IORING_OP_LINKAT)).isEmpty();
    }

    @Test
    void allOfAFileThatMayBeNewIncludesItsName() {
        write(WriteOptions.defaults().withSync(Sync.ALL));

        assertThat(probe.awaitEnd().values()).containsExactly(0L);
        List<SqeBytes> synced = synced();
        assertThat(synced).extracting(SqeBytes::opFlags).containsExactly(0, 0);
        assertThat(synced.get(0).fd()).isNotEqualTo(synced.get(1).fd());
        assertThat(synced.get(1).fd()).isEqualTo(opened(directory.toString()));
        assertThat(under.ring().taken(IORING_OP_CLOSE)).hasSize(2);
    }

    @Test
    void dataOfAFileAndAFileThatWasThereDoNot() {
        write(WriteOptions.defaults().withSync(Sync.DATA));

        assertThat(probe.awaitEnd().values()).containsExactly(0L);
        assertThat(synced()).singleElement().satisfies(sqe -> assertThat(sqe.opFlags())
                .isEqualTo(IORING_FSYNC_DATASYNC));
    }

    @Test
    void allOfAFileThatWasThereIsTheFileAlone() throws Exception {
        java.nio.file.Files.createFile(directory.resolve("file"));

        write(WriteOptions.defaults().withCreation(Creation.NEVER).withSync(Sync.ALL));

        assertThat(probe.awaitEnd().values()).containsExactly(0L);
        assertThat(synced()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {Errno.EINVAL, Errno.ENOSYS, Errno.EOPNOTSUPP, Errno.EBADF})
    void aNewFileInADirectoryThatIsNotSyncedIsWritten(int errno) {
        results.addAll(List.of(0, -errno));

        write(WriteOptions.defaults().withSync(Sync.ALL));

        assertThat(probe.awaitEnd().values()).containsExactly(0L);
    }

    @ParameterizedTest
    @EnumSource(Creation.class)
    void aNameThatDidNotReachTheDiskIsAnError(Creation creation) {
        if (creation == Creation.NEVER) {
            return;
        }
        results.addAll(List.of(0, -Errno.EIO));

        write(WriteOptions.defaults().withSync(Sync.ALL).withCreation(creation));

        assertThat(probe.awaitEnd().error()).hasMessageContaining("FSYNC of " + directory).hasMessageContaining("EIO");
        assertThat(under.ring().taken(IORING_OP_CLOSE)).hasSize(2);
    }

    /** Under its number a stranger's file might get the name. */
    @Test
    void aFileThatIsBeingGivenItsNameIsNotClosed() {
        linking = Place.DEVICE;
        subscribe(replacing());
        source.complete();
        under.turnUntil("the link", () -> !under.ring().inFlight(IORING_OP_LINKAT).isEmpty());

        var closed = under.loop().close(10_000_000_000L);
        under.turns(20);
        assertThat(under.ring().taken(IORING_OP_CLOSE)).as("closed before").isEmpty();

        under.ring().kernel().complete(under.ring().inFlight(IORING_OP_LINKAT).getFirst());
        under.turnUntil("the loop over", under::isOver);
        assertThat(closed).isCompleted();
        assertThat(under.ring().taken(IORING_OP_CLOSE)).hasSize(2);
    }

    private List<SqeBytes> synced() {
        return under.ring().taken(IORING_OP_FSYNC);
    }

    /** Returns the number under which {@code path} is open. */
    private static int opened(String path) {
        try (var open = java.nio.file.Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(each -> leadsTo(each, path)).mapToInt(each -> Integer.parseInt(each.getFileName()
                    .toString())).findFirst().orElseThrow();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static boolean leadsTo(Path descriptor, String path) {
        try {
            return java.nio.file.Files.readSymbolicLink(descriptor).toString().equals(path);
        } catch (java.io.IOException e) {
            return false;
        }
    }

    private void write(WriteOptions options) {
        run(WriteMono.write(under.loop(), path(), source, options, reader));
    }

    private void replace() {
        run(replacing());
    }

    private Mono<Long> replacing() {
        return WriteMono.replace(under.loop(), path(), source, ReplaceOptions.defaults(), reader);
    }

    private String path() {
        return directory.resolve("file").toString();
    }

    private void run(Mono<Long> writing) {
        subscribe(writing);
        source.complete();
        under.turnUntil("the end", probe::isTerminated);
    }

    private void subscribe(Mono<Long> writing) {
        under.ring().behaviour(new KernelBehaviour() {
            @Override
            protected Place place(KernelRequest request) {
                return switch (request.opcode()) {
                    case IORING_OP_FSYNC -> Place.DEVICE;
                    // Of a directory's names: a directory does not wait.
                    case IORING_OP_STATX, IORING_OP_OPENAT -> Place.OVER;
                    case IORING_OP_LINKAT -> linking;
                    default -> super.place(request);
                };
            }

            @Override
            protected boolean progressWhileWaiting(
                    io.github.reactoruring.internal.ring.scripted.ScriptedKernel kernel) {
                for (KernelRequest request : under.ring().inFlight(IORING_OP_FSYNC)) {
                    kernel.complete(request, results.isEmpty() ? 0 : results.poll());
                    return true;
                }
                return super.progressWhileWaiting(kernel);
            }
        });
        writing.subscribe(probe);
        probe.request(1);
        under.turnUntil("the source subscribed to", source::isSubscribed);
    }
}
