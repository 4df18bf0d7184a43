package io.github.reactoruring.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.buffers.TrackedReader;
import io.github.reactoruring.testing.buffers.WriteSource;
import io.github.reactoruring.testing.kernel.ExtendedAttributes;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.ChildJvm;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Who may do what with a replaced file: nobody more than before. */
@NeedsUring
class ReplaceRightsTest {

    private static final int SOMEBODY = 1234;
    private static final int THEIR_GROUP = 4321;
    private static final int OWN_GROUP = 5432;

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    @BeforeEach
    void letOthersIn() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    @Test
    void aLinkToASecretBecomesASecretFile() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), file("target", 0600));

        replace(link);

        assertThat(Files.isSymbolicLink(link)).as("the link was replaced").isFalse();
        assertThat(mode(link)).isEqualTo(0600);
        assertThat(directory.resolve("target")).hasContent("old");
    }

    @Test
    void aLinkToNowhereOrToADirectoryBecomesAnOrdinaryFile() throws IOException {
        Path dangling = Files.createSymbolicLink(directory.resolve("dangling"), directory.resolve("nowhere"));
        Path sub = Files.createDirectory(directory.resolve("sub"), PosixFilePermissions
                .asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path toDirectory = Files.createSymbolicLink(directory.resolve("to-directory"), sub);

        replace(dangling);
        replace(toDirectory);

        assertThat(mode(dangling)).isEqualTo(mode(Files.createFile(directory.resolve("new"))));
        assertThat(mode(toDirectory)).as("as the directory, not to be run").isEqualTo(0600);
    }

    @Test
    void theUmaskTakesNothingFromWhatTheOldFileHad() throws IOException {
        Path path = file("file", 0666);

        replace(path);

        assertThat(mode(path)).isEqualTo(0666);
    }

    @Test
    void newContentIsNotRunAsTheOwnerOfTheOld() throws IOException {
        Path path = file("program", 06755);

        replace(path);

        assertThat(mode(path)).isEqualTo(0755);
    }

    @Test
    void whatSomebodyMadeSecretMeanwhileStaysSo() throws IOException {
        Path path = file("file", 0644);
        TrackedReader reader = new TrackedReader();
        WriteSource source = new WriteSource();
        Mono<Long> replacing = ring.get().files().replace(path, source, ReplaceOptions.defaults(), reader);
        var ended = replacing.toFuture();
        source.awaitRequested(16);
        chmod(path, 0600);
        source.emit(reader.buffer("new".getBytes()));
        source.complete();

        assertThat(ended.join()).isEqualTo(3);
        assertThat(mode(path)).isEqualTo(0600);
        reader.awaitNothingLeft();
    }

    @Test
    void aSecretThatAppearsMeanwhileIsNotReplacedByAPublicFile() throws IOException {
        Path path = directory.resolve("file");
        TrackedReader reader = new TrackedReader();
        WriteSource source = new WriteSource();
        var ended = ring.get().files().replace(path, source, ReplaceOptions.defaults(), reader).toFuture();
        source.awaitRequested(16);
        file("file", 0600);
        source.complete();

        assertThat(ended.join()).isZero();
        assertThat(mode(path)).isEqualTo(0600);
        assertThat(path).isEmptyFile();
    }

    @Test
    void theFileThatIsBeingWrittenIsItsOwners() throws IOException {
        Path path = file("file", 0644);
        TrackedReader reader = new TrackedReader();
        WriteSource source = new WriteSource();
        var ended = ring.get().files().replace(path, source, ReplaceOptions.defaults(), reader).toFuture();
        source.awaitRequested(16);

        assertThat(unnamed()).isNotEmpty().allSatisfy(open -> assertThat(mode(open)).isEqualTo(0600));

        source.complete();
        ended.join();
        assertThat(mode(path)).isEqualTo(0644);
    }

    @Test
    void ownerAndGroupAreCarriedOverByWhoMay() throws IOException {
        assumeRoot();
        Path path = file("file", 0640);
        chown(path, SOMEBODY, THEIR_GROUP);

        replace(path);

        assertThat(owner(path)).containsExactly(SOMEBODY, THEIR_GROUP);
        assertThat(mode(path)).isEqualTo(0640);
    }

    @Test
    void anotherGroupGetsNothingOfWhatTheOldGroupHad() throws Exception {
        assumeRoot();
        Path ofAGroup = file("of-a-group", 0640);
        Path ofAll = file("of-all", 0664);
        Path notOfAGroup = file("not-of-a-group", 0604);
        for (Path path : List.of(ofAGroup, ofAll, notOfAGroup)) {
            chown(path, SOMEBODY, THEIR_GROUP);
        }

        unprivileged(ofAGroup, ofAll, notOfAGroup);

        assertThat(owner(ofAGroup)).containsExactly(0, 0);
        assertThat(mode(ofAGroup)).as("its group's").isEqualTo(0600);
        assertThat(mode(ofAll)).as("what group and others both had").isEqualTo(0644);
        assertThat(mode(notOfAGroup)).as("the old group are others now").isEqualTo(0600);
    }

    @Test
    void whoMayNotGiveAwayKeepsTheGroupHeIsIn() throws Exception {
        assumeRoot();
        Path path = file("file", 0640);
        chown(path, SOMEBODY, OWN_GROUP);

        unprivileged(path);

        assertThat(owner(path)).containsExactly(0, OWN_GROUP);
        assertThat(mode(path)).isEqualTo(0640);
    }

    @Test
    void anAccessControlListIsCarriedOver() throws IOException {
        Path path = file("file", 0600);
        byte[] list = acl(SOMEBODY, 4, 0);
        setAcl(path, "system.posix_acl_access", list);
        int before = mode(path);

        replace(path);

        assertThat(path).hasContent("new");
        assertThat(ExtendedAttributes.get(path, "system.posix_acl_access")).isEqualTo(list);
        assertThat(mode(path)).isEqualTo(before);
    }

    @Test
    void aListThatTheDirectoryGivesNewFilesLetsNobodyInWhoWasOut() throws IOException {
        setAcl(directory, "system.posix_acl_default", acl(SOMEBODY, 6, 0));
        Path path = file("file", 0640);
        ring.get().fileSystem().removeAttribute(path, "system.posix_acl_access").block();
        chmod(path, 0640);

        replace(path);

        assertThat(ExtendedAttributes.get(path, "system.posix_acl_access")).isNull();
        assertThat(mode(path)).isEqualTo(0640);
    }

    // ---- Helpers

    private void replace(Path path) {
        assertThat(ring.get().files().replace(path, Flux.just(ByteBuffer.wrap("new".getBytes()))).block())
                .isEqualTo(3);
        assertThat(path).hasContent("new");
    }

    /** Replaces them without the privileges that let root do what owners and members may. */
    private static void unprivileged(Path... paths) throws IOException, InterruptedException {
        String none = "-chown,-fowner,-fsetid,-dac_override,-dac_read_search";
        String output = new ChildJvm()
                .under("setpriv", "--bounding-set", none, "--inh-caps", none, "--groups", Integer.toString(OWN_GROUP))
                .run(ReplaceMain.class, Stream.of(paths).map(Path::toString).toArray(String[]::new));
        assertThat(output).contains("replaced " + paths.length);
    }

    private Path file(String name, int mode) throws IOException {
        Path path = Files.writeString(directory.resolve(name), "old");
        chmod(path, mode);
        return path;
    }

    private static void chmod(Path path, int mode) throws IOException {
        Files.setAttribute(path, "unix:mode", mode);
    }

    private static void chown(Path path, int user, int group) throws IOException {
        int mode = mode(path);
        Files.setAttribute(path, "unix:uid", user);
        Files.setAttribute(path, "unix:gid", group);
        chmod(path, mode);
    }

    private static int mode(Path path) {
        try {
            return (int) Files.getAttribute(path, "unix:mode") & 07777;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static List<Integer> owner(Path path) throws IOException {
        Map<String, Object> both = Files.readAttributes(path, "unix:uid,gid");
        return List.of((int) both.get("uid"), (int) both.get("gid"));
    }

    /** Finds the files without a name that this process has open in the directory. */
    private List<Path> unnamed() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(each -> {
                try {
                    String leadsTo = Files.readSymbolicLink(each).toString();
                    return leadsTo.startsWith(directory + "/#");
                } catch (IOException e) {
                    return false;
                }
            }).toList();
        }
    }

    /** Makes a list that gives {@code user} bits of its own, and the group others (linux/posix_acl_xattr.h). */
    private static byte[] acl(int user, int bits, int groupBits) {
        ByteBuffer list = ByteBuffer.allocate(4 + 5 * 8).order(ByteOrder.LITTLE_ENDIAN).putInt(2);
        entry(list, 1, 6, -1);
        entry(list, 2, bits, user);
        entry(list, 4, groupBits, -1);
        entry(list, 0x10, bits | groupBits, -1);
        entry(list, 0x20, 0, -1);
        return list.array();
    }

    private static void entry(ByteBuffer list, int tag, int bits, int id) {
        list.putShort((short) tag).putShort((short) bits).putInt(id);
    }

    private static void setAcl(Path path, String kind, byte[] list) {
        try {
            ExtendedAttributes.set(path, kind, list);
        } catch (IOException e) {
            assumeTrue(false, "this filesystem has no access control lists: " + e.getMessage());
        }
    }

    private static void assumeRoot() {
        assumeTrue("root".equals(System.getProperty("user.name")), "changing owners needs root");
    }
}
