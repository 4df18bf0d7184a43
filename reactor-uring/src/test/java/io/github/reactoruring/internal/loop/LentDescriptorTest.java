package io.github.reactoruring.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.internal.ring.Descriptors;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.ErrnoException;
import io.github.reactoruring.internal.sys.FileStatus;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.OpenFlags;
import io.github.reactoruring.internal.sys.Syscalls;
import io.github.reactoruring.testing.RecordingRequest;
import io.github.reactoruring.testing.ScriptedLoop;

/** Holds that a descriptor is there for as long as it is lent, and is lent by no file that is being closed. */
@Tag("simulation")
class LentDescriptorTest {

    private final ScriptedLoop under = ScriptedLoop.open();
    private final OpenFile file = under.openFile("lent");
    private final List<Integer> results = new ArrayList<>();

    @AfterEach
    void close() {
        under.close();
    }

    @Test
    void aQuestionIsAskedOfTheFilesNumber() throws Exception {
        assertThat(file.<Integer>ask((descriptors, descriptor) -> descriptor)).isEqualTo(file.descriptor());
        assertThat(file.<Descriptors>ask((descriptors, descriptor) -> descriptors))
                .isSameAs(under.ring().descriptors());
    }

    @Test
    void aFileIsClosedWhenItsDescriptorIsGivenBack() throws Exception {
        OpenFile.Lent first = file.lend();
        OpenFile.Lent second = file.lend();
        file.close(results::add);
        under.turns(2);
        first.close();
        under.turns(2);
        assertThat(under.ring().taken(IoUringAbi.IORING_OP_CLOSE)).isEmpty();
        assertThat(second.<Integer>ask((descriptors, descriptor) -> descriptor)).as("still lent")
                .isEqualTo(file.descriptor());

        second.close();
        under.turns(2);
        assertThat(under.ring().taken(IoUringAbi.IORING_OP_CLOSE)).hasSize(1);
        assertThat(results).containsExactly(0);
    }

    /** A call beside the ring goes on when the ring is over, and its number must not be a stranger's meanwhile. */
    @Test
    void aFileThatIsLentWhenTheRingBreaksIsClosedByWhoHasIt() throws Exception {
        int[] ends = new int[2];
        assertThat(Syscalls.pipe2(ends, OpenFlags.O_CLOEXEC)).isZero();
        OpenFile pipe = new OpenFile(under.loop(), ends[0], false, "pipe");
        OpenFile.Lent lent = pipe.lend();
        RecordingRequest.nop(under.loop()).submit();
        under.ring().refuseEnter(Errno.EBADR);
        under.turn();
        assertThat(under.isOver()).isTrue();

        assertThat(lent.<FileStatus>ask(Descriptors::status)).as("still open").isNotNull();
        pipe.close(results::add);
        assertThat(results).isEmpty();
        lent.close();
        lent.close();
        assertThat(results).containsExactly(0);
        assertThat(Syscalls.close(ends[1])).isZero();
    }

    @Test
    void aFileThatIsBeingClosedLendsNothing() throws Exception {
        try (OpenFile.Lent lent = file.lend()) {
            file.close(results::add);
            assertThatThrownBy(file::lend).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(() -> file.ask((descriptors, descriptor) -> descriptor))
                    .isInstanceOf(ClosedChannelException.class);
            assertThat(lent.<Integer>ask((descriptors, descriptor) -> descriptor)).isEqualTo(file.descriptor());
        }
        under.turns(2);
        assertThatThrownBy(file::lend).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void aQuestionThatFailsGivesTheDescriptorBack() {
        assertThatThrownBy(() -> file.ask((descriptors, descriptor) -> {
            throw new ErrnoException(Errno.EIO, "statx");
        })).isInstanceOf(ErrnoException.class);
        file.close(results::add);
        under.turns(2);
        assertThat(results).containsExactly(0);
    }

    @Test
    void aSlotIsNoNumberToLend() {
        OpenFile direct = new OpenFile(under.loop(), under.ring().files().moveToSlot(under.descriptor()), true,
                "direct");
        assertThatThrownBy(direct::lend).isInstanceOfSatisfying(ErrnoException.class,
                e -> assertThat(e.errno()).isEqualTo(Errno.EBADF));
    }
}
