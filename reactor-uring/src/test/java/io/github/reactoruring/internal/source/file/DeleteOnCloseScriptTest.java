package io.github.reactoruring.internal.source.file;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_CLOSE;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_OPENAT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_STATX;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_UNLINKAT;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.scripted.KernelBehaviour;
import io.github.reactoruring.internal.ring.scripted.KernelRequest;
import io.github.reactoruring.internal.ring.scripted.KernelRequest.Place;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.ScriptedLoop;

/** Files that are to go with their closing, whose name may lead to a stranger's by then. */
@Tag("fault")
class DeleteOnCloseScriptTest {

    @TempDir
    Path directory;

    private final ScriptedLoop under = ScriptedLoop.open();
    private final Probe<OpenFile> probe = Probe.idle();
    private boolean openingWaits;
    private boolean strangerComes;

    @AfterEach
    void close() {
        under.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aStrangersFileUnderTheNameStays(boolean disposed) throws IOException {
        strangerComes = true;
        open(disposed);

        assertThat(under.ring().taken(IORING_OP_UNLINKAT)).isEmpty();
        assertThat(under.ring().taken(IORING_OP_CLOSE)).hasSize(disposed ? 1 : 0);
    }

    @Test
    void itsOwnNameGoes() throws IOException {
        open(false);

        assertThat(under.ring().taken(IORING_OP_UNLINKAT)).hasSize(1);
    }

    @Test
    void itsOwnNameGoesIfItCameTooLate() throws IOException {
        open(true);

        assertThat(under.ring().taken(IORING_OP_UNLINKAT)).hasSize(1);
        assertThat(under.ring().taken(IORING_OP_CLOSE)).hasSize(1);
    }

    private void open(boolean disposed) throws IOException {
        Path path = Files.createFile(directory.resolve("file"));
        openingWaits = disposed;
        under.ring().behaviour(new KernelBehaviour() {
            @Override
            protected Place place(KernelRequest request) {
                if (request.opcode() == IORING_OP_OPENAT && openingWaits) {
                    return Place.DEVICE;
                }
                boolean looksAtName = request.opcode() == IORING_OP_STATX || request.opcode() == IORING_OP_UNLINKAT;
                if (looksAtName && strangerComes) {
                    strangerComes = false;
                    replace(path);
                }
                return looksAtName || request.opcode() == IORING_OP_OPENAT ? Place.OVER : super.place(request);
            }
        });
        OpenHow how = OpenOptions.how(false, StandardOpenOption.WRITE, StandardOpenOption.CREATE,
                StandardOpenOption.DELETE_ON_CLOSE);
        OpenMono.create(under.loop(), path.toString(), how, (file, status, forceAsync) -> file).subscribe(probe);
        probe.request(1);
        if (disposed) {
            under.turnUntil("the opening", () -> !under.ring().inFlight(IORING_OP_OPENAT).isEmpty());
            probe.dispose();
            under.turns(3);
            under.ring().kernel().complete(under.ring().inFlight(IORING_OP_OPENAT).getFirst());
            under.turnUntil("the file closed", () -> !under.ring().taken(IORING_OP_CLOSE).isEmpty());
        } else {
            under.turnUntil("the file", probe::isTerminated);
            assertThat(probe.values()).hasSize(1);
        }
    }

    private void replace(Path path) {
        try {
            Files.move(Files.writeString(directory.resolve("stranger"), "theirs"), path,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
