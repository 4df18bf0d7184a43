package io.github.reactoruring.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the sample as its user does: as a process, judged by what it prints and by its exit code. */
@Tag("kernel")
class QuickstartTest {

    private static final int CHUNK_BYTES = 64 * 1024;

    @TempDir
    private Path directory;

    @Test
    void printsWhatTheFileHoldsAndWhatTheBatchTook() throws Exception {
        byte[] content = new byte[20 * CHUNK_BYTES + 7];
        new Random(7).nextBytes(content);
        Path file = Files.write(directory.resolve("a file"), content);

        ChildProcess run = quickstart(file.toString());

        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        List<String> lines = run.out().lines().toList();
        assertThat(lines).hasSize(6);
        assertThat(lines.subList(0, 4)).containsExactly("file " + file, "bytes " + content.length, "chunks 21",
                "sha256 " + sha256(content));
        assertThat(lines.get(4)).matches("MB/s [0-9]+\\.[0-9]");
        assertThat(lines.get(5)).isEqualTo("disposals=200 cancel_sqes=1 all_flag=1 cancelled=200");
    }

    @Test
    void readsALargeFileOfTheJdkWhenItIsGivenNone() throws Exception {
        Path modules = Path.of(System.getProperty("java.home"), "lib", "modules");

        ChildProcess run = quickstart("");

        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("file " + modules, "bytes " + Files.size(modules) + "\n",
                "disposals=200 cancel_sqes=1 all_flag=1 cancelled=200");
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void countsNothingInAnEmptyFile() throws Exception {
        Path file = Files.createFile(directory.resolve("empty"));

        ChildProcess run = quickstart(file.toString());

        assertThat(run.out()).contains("bytes 0\n", "chunks 0\n", "sha256 " + sha256(new byte[0]));
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void saysThatAFileIsMissing() throws Exception {
        Path missing = directory.resolve("missing");

        assertFailsWith(quickstart(missing.toString()), "quickstart: " + missing + ": no such file");
    }

    @Test
    void saysThatAFileIsADirectory() throws Exception {
        assertFailsWith(quickstart(directory.toString()), "quickstart: " + directory + ": is a directory");
    }

    @Test
    void saysThatAFileMayNotBeRead() throws Exception {
        Path secret = Files.createFile(directory.resolve("secret"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("---------")));
        List<String> command = new ArrayList<>();
        if (Files.isReadable(secret)) {
            // Root may read everything, but not without these.
            command.addAll(List.of("setpriv", "--bounding-set", "-dac_override,-dac_read_search"));
        }
        command.addAll(ChildProcess.java(Quickstart.class, secret.toString()));

        ChildProcess run = ChildProcess.run(directory, command);

        assertFailsWith(run, "quickstart: " + secret + ": permission denied");
    }

    @Test
    void saysWhyThereIsNoIoUringAndWhatToDo() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));

        ChildProcess run = ChildProcess.run(directory, ChildProcess.java(WithoutIoUring.class, file.toString()));

        assertThat(run.err().lines()).singleElement().asString()
                .startsWith("quickstart: No io_uring: ")
                .contains("seccomp", "io_uring_setup, io_uring_enter and io_uring_register", "EPERM");
        assertThat(run.out()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void drawsItsProgressOnATerminalOnly() throws Exception {
        Path file = Files.write(directory.resolve("file"), new byte[3 * CHUNK_BYTES]);
        String command = String.join(" ", ChildProcess.java(Quickstart.class, file.toString()).stream()
                .map(word -> "'" + word + "'").toList());

        // script(1) gives its command a terminal.
        ChildProcess onTerminal = ChildProcess.run(directory, List.of("script", "-qec", command, "/dev/null"));
        ChildProcess piped = quickstart(file.toString());

        assertThat(Stream.of(onTerminal.out().split("\r")).filter(line -> line.startsWith("[")))
                .hasSize(3)
                .last().isEqualTo("[" + "#".repeat(50) + "] 100%");
        assertThat(onTerminal.out()).contains("disposals=200 cancel_sqes=1 all_flag=1 cancelled=200");
        assertThat(piped.out()).doesNotContain("\r", "#", "%");
    }

    private ChildProcess quickstart(String argument) throws IOException, InterruptedException {
        return ChildProcess.run(directory, ChildProcess.java(Quickstart.class, argument));
    }

    private static void assertFailsWith(ChildProcess run, String line) {
        assertThat(Stream.of(run.err().split("\n", -1))).containsExactly(line, "");
        assertThat(run.out()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(1);
    }

    private static String sha256(byte[] content) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }
}
