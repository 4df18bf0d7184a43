package io.github.reactoruring.internal.source.write;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_FSYNC;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_LINKAT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_RENAMEAT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_UNLINKAT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.internal.ring.SqeBytes;
import io.github.reactoruring.internal.ring.scripted.KernelBehaviour;
import io.github.reactoruring.internal.ring.scripted.KernelRequest;
import io.github.reactoruring.internal.ring.scripted.KernelRequest.Place;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.ScriptedLoop;
import io.github.reactoruring.testing.buffers.TrackedReader;
import io.github.reactoruring.testing.buffers.WriteSource;

/** Replaces a name that somebody else takes, leaves and takes again at any moment. */
@Tag("fault")
class ReplaceScriptTest {

    private static final int NO_FLAGS = 0;
    private static final int NOREPLACE = 1;

    @TempDir
    Path directory;

    private final ScriptedLoop under = ScriptedLoop.open();
    private final WriteSource source = new WriteSource();
    private final TrackedReader reader = new TrackedReader();
    private final Probe<Long> probe = Probe.idle();
    private Path path;

    @AfterEach
    void close() {
        under.close();
        reader.awaitNothingLeft();
    }

    /** Its rights were asked for when nothing was there: they are not those of what came later. */
    @Test
    void aSecretThatAppearsAfterTheLookAtTheRightsIsLookedAtToo() throws IOException {
        path = file(0644);
        start(true);
        Files.delete(path);
        write();

        await(IORING_OP_FSYNC);
        assertThat(mode()).as("as of a new file").isNotEqualTo(0600);
        file(0600);
        end(IORING_OP_FSYNC, 0);
        await(IORING_OP_LINKAT);
        end(IORING_OP_LINKAT, -Errno.EEXIST);
        await(IORING_OP_FSYNC);
        assertThat(mode()).isEqualTo(0600);
        end(IORING_OP_FSYNC, 0);
        finish(IORING_OP_LINKAT, -Errno.EEXIST, IORING_OP_LINKAT, 0, IORING_OP_RENAMEAT, 0, IORING_OP_FSYNC, 0);

        assertThat(probe.values()).hasSize(1);
    }

    @Test
    void aTemporaryNameTakesNobodysPlaceBeforeItHasItsRights() throws IOException {
        path = directory.resolve("file");
        start(false);
        write();
        finish(IORING_OP_FSYNC, 0);
        await(IORING_OP_RENAMEAT);
        file(0600);
        end(IORING_OP_RENAMEAT, -Errno.EEXIST);
        await(IORING_OP_FSYNC);
        assertThat(mode()).isEqualTo(0600);
        finish(IORING_OP_FSYNC, 0, IORING_OP_RENAMEAT, 0, IORING_OP_FSYNC, 0);

        assertThat(probe.values()).hasSize(1);
        assertThat(under.ring().taken(IORING_OP_RENAMEAT)).extracting(SqeBytes::opFlags)
                .containsExactly(NOREPLACE, NO_FLAGS);
    }

    /** NFS, and FUSE filesystems of old. */
    @Test
    void aFilesystemThatCannotLeaveWhatHasTheNameIsAskedForItsRightsFirst() throws IOException {
        path = directory.resolve("file");
        start(false);
        write();
        finish(IORING_OP_FSYNC, 0);
        await(IORING_OP_RENAMEAT);
        file(0600);
        end(IORING_OP_RENAMEAT, -Errno.EINVAL);
        await(IORING_OP_FSYNC);
        assertThat(mode()).isEqualTo(0600);
        finish(IORING_OP_FSYNC, 0, IORING_OP_RENAMEAT, 0, IORING_OP_FSYNC, 0);

        assertThat(probe.values()).hasSize(1);
        assertThat(under.ring().taken(IORING_OP_RENAMEAT)).extracting(SqeBytes::opFlags)
                .containsExactly(NOREPLACE, NO_FLAGS);
    }

    @Test
    void aNameThatComesAndGoesForEverIsAnError() throws IOException {
        path = directory.resolve("file");
        start(false);
        write();
        finish(IORING_OP_FSYNC, 0);
        while (!probe.isTerminated()) {
            under.turn();
            under.ring().inFlight(IORING_OP_RENAMEAT)
                    .forEach(request -> under.ring().kernel().complete(request, -Errno.EEXIST));
            under.ring().inFlight(IORING_OP_FSYNC).forEach(request -> under.ring().kernel().complete(request, 0));
            Thread.onSpinWait();
        }

        assertThat(probe.error()).isInstanceOf(FileAlreadyExistsException.class);
        assertThat(under.ring().taken(IORING_OP_UNLINKAT)).hasSize(1);
    }

    // ---- Helpers

    private void hold() {
        under.ring().behaviour(new KernelBehaviour() {
            @Override
            protected Place place(KernelRequest request) {
                return switch (request.opcode()) {
                    case IORING_OP_FSYNC, IORING_OP_LINKAT, IORING_OP_RENAMEAT -> Place.DEVICE;
                    default -> Place.OVER;
                };
            }
        });
    }

    private void start(boolean nameless) {
        hold();
        probe.onSubscribe(new Writing<>(under.loop(), probe, source, reader,
                new ReplaceTarget(under.loop(), path.toString(), true, nameless), new Writing.WritePlan(0, false, 4)));
        probe.request(1);
        under.spinUntil("the source subscribed to", source::isSubscribed);
    }

    private void write() {
        source.emit(reader.buffer(new byte[10]));
        source.complete();
    }

    private void await(int opcode) {
        under.spinUntil("opcode " + opcode, () -> !under.ring().inFlight(opcode).isEmpty());
    }

    private void end(int opcode, int result) {
        under.ring().kernel().complete(under.ring().inFlight(opcode).getFirst(), result);
    }

    /** Ends what comes: opcodes, each with its result. */
    private void finish(int... steps) {
        for (int i = 0; i < steps.length; i += 2) {
            await(steps[i]);
            end(steps[i], steps[i + 1]);
        }
        if (steps[steps.length - 2] == IORING_OP_FSYNC && steps.length > 2) {
            under.spinUntil("the end", probe::isTerminated);
        }
    }

    private Path file(int mode) throws IOException {
        Path made = Files.writeString(directory.resolve("file"), "theirs");
        Files.setAttribute(made, "unix:mode", mode);
        return made;
    }

    /** Returns the mode of the file that is being written. */
    private int mode() throws IOException {
        int descriptor = under.ring().taken(IORING_OP_WRITE).getFirst().fd();
        return (int) Files.getAttribute(Path.of("/proc/self/fd/" + descriptor), "unix:mode") & 07777;
    }
}
