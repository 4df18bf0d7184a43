package io.github.reactoruring.internal.source.write;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_CLOSE;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_LINKAT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_OPENAT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_UNLINKAT;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.file.WriteOptions.Creation;
import io.github.reactoruring.file.WriteOptions.Partial;
import io.github.reactoruring.internal.ring.SqeBytes;
import io.github.reactoruring.internal.ring.scripted.KernelBehaviour;
import io.github.reactoruring.internal.ring.scripted.KernelRequest;
import io.github.reactoruring.internal.ring.scripted.KernelRequest.Place;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.OpenFlags;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.ScriptedLoop;
import io.github.reactoruring.testing.buffers.TrackedReader;
import io.github.reactoruring.testing.buffers.WriteSource;

/**
 * What a filesystem did after a closing ring had told everybody, its deadline past: an opened file, a temporary name. All of
 * it goes, and no number is given back before the kernel has looked it up.
 */
@Tag("fault")
class GivenUpStepsTest {

    @TempDir
    Path directory;

    private final ScriptedLoop under = ScriptedLoop.open();
    private final WriteSource source = new WriteSource();
    private final TrackedReader reader = new TrackedReader();
    private final Probe<Long> probe = Probe.idle();
    private int heldFlags;
    private boolean linksHeld;

    @AfterEach
    void close() {
        under.close();
        reader.awaitNothingLeft();
    }

    @ParameterizedTest
    @EnumSource
    void aFileThatIsOpenedLateIsClosedAndGoesIfItWasToBeDeleted(Partial partial) {
        heldFlags = OpenFlags.O_CREAT;
        start(new PathTarget(under.loop(), directory.resolve("file").toString(),
                WriteOptions.defaults().withCreation(Creation.NEW).withPartial(partial), 0666));
        KernelRequest opening = awaitHeld(IORING_OP_OPENAT);
        giveUp();
        assertThat(under.ring().taken(IORING_OP_CLOSE)).isEmpty();

        under.ring().kernel().complete(opening);
        under.turnUntil("the ring's end", under::isOver);

        assertThat(under.ring().taken(IORING_OP_CLOSE)).hasSize(1);
        assertThat(under.ring().taken(IORING_OP_UNLINKAT)).hasSize(partial == Partial.DELETE ? 1 : 0);
    }

    @Test
    void aFileThatWasThereAndIsOpenedLateStays() throws IOException {
        Files.writeString(directory.resolve("file"), "old");
        heldFlags = OpenFlags.O_CREAT;
        start(new PathTarget(under.loop(), directory.resolve("file").toString(),
                WriteOptions.defaults().withPartial(Partial.DELETE), 0666));
        KernelRequest opening = awaitHeld(IORING_OP_OPENAT);
        giveUp();
        under.ring().kernel().complete(opening);
        under.turnUntil("the ring's end", under::isOver);

        assertThat(under.ring().taken(IORING_OP_CLOSE)).hasSize(1);
        assertThat(under.ring().taken(IORING_OP_UNLINKAT)).isEmpty();
    }

    @Test
    void aDirectoryThatIsOpenedLateIsClosed() {
        heldFlags = OpenFlags.O_DIRECTORY;
        start(replacing(true));
        KernelRequest opening = awaitHeld(IORING_OP_OPENAT);
        giveUp();
        under.ring().kernel().complete(opening);
        under.turnUntil("the ring's end", under::isOver);

        assertThat(under.ring().taken(IORING_OP_CLOSE)).hasSize(1);
    }

    @Test
    void aTemporaryNameThatIsMadeLateGoesAndItsDirectoryIsOpenUntilThen() {
        heldFlags = OpenFlags.O_CREAT;
        start(replacing(false));
        goesBeforeItsDirectory(awaitHeld(IORING_OP_OPENAT), 2);
    }

    @Test
    void aTemporaryNameThatIsLinkedLateGoesAndItsDirectoryIsOpenUntilThen() throws IOException {
        Files.writeString(directory.resolve("file"), "old");
        linksHeld = true;
        start(replacing(true));
        under.spinUntil("the source subscribed to", source::isSubscribed);
        source.complete();
        under.ring().kernel().complete(awaitHeld(IORING_OP_LINKAT), -Errno.EEXIST);
        under.turn();
        goesBeforeItsDirectory(awaitHeld(IORING_OP_LINKAT), 2);
    }

    private void goesBeforeItsDirectory(KernelRequest late, int files) {
        int folder = late.sqe().opcode() == IORING_OP_LINKAT ? late.sqe().len() : late.sqe().fd();
        giveUp();
        under.turns(5);
        assertThat(under.ring().taken(IORING_OP_CLOSE)).as("its number is about to be looked up")
                .noneMatch(close -> close.fd() == folder);

        under.ring().kernel().complete(late);
        under.turnUntil("the ring's end", under::isOver);

        assertThat(under.ring().taken(IORING_OP_UNLINKAT)).singleElement()
                .satisfies(unlink -> assertThat(unlink.fd()).isEqualTo(folder));
        List<SqeBytes> order = under.ring().taken().stream().filter(sqe -> sqe.opcode() == IORING_OP_UNLINKAT
                || sqe.opcode() == IORING_OP_CLOSE && sqe.fd() == folder).toList();
        assertThat(order).extracting(SqeBytes::opcode).containsExactly(IORING_OP_UNLINKAT, IORING_OP_CLOSE);
        assertThat(under.ring().taken(IORING_OP_CLOSE)).hasSize(files);
    }

    private WriteTarget replacing(boolean nameless) {
        return new ReplaceTarget(under.loop(), directory.resolve("file").toString(), false, nameless);
    }

    private void start(WriteTarget target) {
        under.ring().behaviour(new KernelBehaviour() {
            @Override
            protected Place place(KernelRequest request) {
                boolean held = request.opcode() == IORING_OP_OPENAT && (request.sqe().opFlags() & heldFlags) != 0
                        || request.opcode() == IORING_OP_LINKAT && linksHeld;
                boolean waits = held || request.opcode() == IORING_OP_CLOSE;
                return held ? Place.DEVICE : waits ? super.place(request) : Place.OVER;
            }
        });
        probe.onSubscribe(new Writing<>(under.loop(), probe, source, reader, target,
                new Writing.WritePlan(0, false, 4)));
        probe.request(1);
    }

    private KernelRequest awaitHeld(int opcode) {
        under.spinUntil("it held", () -> !under.ring().inFlight(opcode).isEmpty());
        return under.ring().inFlight(opcode).getFirst();
    }

    private void giveUp() {
        under.loop().close(1);
        under.spinUntil("everybody told", probe::isTerminated);
        assertThat(probe.error()).hasMessageContaining("still in flight at the deadline");
        assertThat(under.isOver()).isFalse();
    }
}
