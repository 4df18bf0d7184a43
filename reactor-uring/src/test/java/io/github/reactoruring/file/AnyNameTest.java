package io.github.reactoruring.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.Uring;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.publisher.Flux;

/** Names that are no UTF-8, in a JVM whose charset for file names is UTF-8, and in one whose is ASCII. */
@NeedsUring
class AnyNameTest {

    /** "bad", a byte that is never UTF-8, and "\u00e9" in UTF-8; as printf takes it. */
    private static final String NAME = "bad\\377\\303\\251";

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    @Test
    void worksWithThemHere() throws Exception {
        make(directory);

        String said = use(ring.get(), directory);

        assertThat(said).isEqualTo("REGULAR 7 content rename link attribute copy 2 write 3 replace 4 deleted");
        assertThat(shell("ls -A \"$1\"", directory)).isEmpty();
    }

    @Test
    void worksWithThemUnderTheCLocale() throws Exception {
        make(directory);
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", "-cp",
                        System.getProperty("java.class.path"), AnyNameTest.class.getName(), directory.toString()));
        File output = directory.resolveSibling(directory.getFileName() + ".out").toFile();
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(output).redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("LC_") || name.equals("JAVA_TOOL_OPTIONS"));
        environment.put("LC_ALL", "C");

        int status = builder.start().waitFor();

        String said = Files.readString(output.toPath());
        Files.delete(output.toPath());
        assertThat(status).as(said).isZero();
        assertThat(said.lines()).contains("ANSI_X3.4-1968",
                "REGULAR 7 content rename link attribute copy 2 write 3 replace 4 deleted");
        assertThat(shell("ls -A \"$1\"", directory)).isEmpty();
    }

    @Test
    void watchesThem() throws Exception {
        Probe<DirectoryChange> probe = Probe.idle();
        ring.get().fileSystem().watch(directory, DirectoryChange.Kind.WRITTEN).subscribe(probe);
        probe.request(2).awaitValues(1);

        make(directory);
        probe.awaitValues(2);

        Path path = probe.values().get(1).path();
        assertThat(Files.readString(path)).isEqualTo("content");
        assertThat(ring.get().fileSystem().stat(path).block().sizeBytes()).isEqualTo(7);
        probe.dispose();
    }

    /** Is the child: prints the charset of file names, and what it found. */
    public static void main(String[] args) {
        System.out.println(System.getProperty("sun.jnu.encoding"));
        Uring uring = Uring.builder("child").build();
        System.out.println(use(uring, Path.of(args[0])));
        uring.disposeLater().block();
    }

    private static String use(Uring uring, Path directory) {
        UringFileSystem files = uring.fileSystem();
        DirectoryEntry entry = files.list(directory).single().block();
        StringBuilder said = new StringBuilder(entry.type().name());
        said.append(' ').append(files.stat(entry.path()).block().sizeBytes());
        said.append(' ').append(uring.files().text(entry.path(), StandardCharsets.UTF_8).blockLast());
        Path folder = entry.path().resolveSibling("folder").resolve(entry.path().getFileName());
        files.createDirectories(folder).block();
        Path moved = folder.resolve(entry.path().getFileName());
        files.rename(entry.path(), moved).block();
        said.append(files.exists(entry.path()).block() ? " lost" : " rename");
        Path link = folder.resolve("link");
        files.symbolicLink(link, moved.getFileName()).block();
        said.append(files.readSymbolicLink(link).block().equals(moved.getFileName()) ? " link" : " lost");
        if (uring.raw().supports(Opcode.SETXATTR)) {
            files.setAttribute(link, "user.name", new byte[]{1}).block();
            said.append(files.getAttribute(moved, "user.name").block().length == 1 ? " attribute" : " lost");
        } else {
            said.append(" attribute");
        }
        files.link(folder.resolve("copy"), moved).block();
        said.append(" copy ").append(files.stat(moved).block().links());
        said.append(" write ").append(uring.files().write(moved, Flux.just(ByteBuffer.allocate(3))).block());
        said.append(" replace ").append(uring.files().replace(moved, Flux.just(ByteBuffer.allocate(4))).block());
        files.deleteRecursively(folder.getParent()).block();
        return said.append(files.exists(folder).block() ? " left" : " deleted").toString();
    }

    private static void make(Path directory) throws Exception {
        shell("printf content > \"$1/$(printf '" + NAME + "')\"", directory);
    }

    private static String shell(String script, Path directory) throws Exception {
        Process shell = new ProcessBuilder("sh", "-c", script, "sh", directory.toString()).redirectErrorStream(true)
                .start();
        byte[] output = shell.getInputStream().readAllBytes();
        assertThat(shell.waitFor()).as(new String(output, StandardCharsets.ISO_8859_1)).isZero();
        return new String(output, StandardCharsets.ISO_8859_1);
    }
}
