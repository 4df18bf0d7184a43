package io.github.reactoruring.samples.webflux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.file.FileNames;

/**
 * Is the one directory that is served: its plain files and what is below it, and nothing above or beside it. Symbolic
 * links are not followed, since they lead elsewhere. What begins with a dot is hidden.
 *
 * <p>Methods look at the disk, and block: call them on a thread that may.
 */
final class SharedDirectory {

    private static final int LONGEST_NAME_BYTES = 255;
    private static final Comparator<Entry> DIRECTORIES_FIRST = Comparator.comparing((Entry entry) -> !entry.directory())
            .thenComparing(Entry::name, String.CASE_INSENSITIVE_ORDER).thenComparing(Entry::name);

    private final Path root;

    private SharedDirectory(Path root) {
        this.root = root;
    }

    /** A file or directory in it; a directory has no bytes. */
    record Entry(String name, boolean directory, long bytes, long modifiedMillis) {
    }

    /** Makes it if it is not there. */
    static SharedDirectory at(Path directory) throws IOException {
        return new SharedDirectory(Files.createDirectories(directory).toRealPath());
    }

    /** Returns where a file of that name would be; empty for what is no plain name in a directory that is there. */
    Optional<Path> named(List<String> names) {
        return plain(names).filter(path -> !path.equals(root) && isThere(path.getParent()));
    }

    /** Returns where the plain file of that name is. */
    Optional<Path> file(List<String> names) {
        return named(names).filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS));
    }

    /** Returns what is in the directory of that name; empty if there is no such directory. */
    Optional<List<Entry>> list(List<String> names) {
        return plain(names).filter(this::isThere).map(SharedDirectory::entries);
    }

    private Optional<Path> plain(List<String> names) {
        if (!names.stream().allMatch(SharedDirectory::isPlain)) {
            return Optional.empty();
        }
        Path path = FileNames.resolve(root, String.join("/", names)).normalize();
        return path.getNameCount() == root.getNameCount() + names.size() ? Optional.of(path) : Optional.empty();
    }

    private static boolean isPlain(String name) {
        return !name.isEmpty() && name.getBytes(StandardCharsets.UTF_8).length <= LONGEST_NAME_BYTES
                && !name.startsWith(".")
                && name.chars().noneMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c));
    }

    private boolean isThere(@Nullable Path path) {
        try {
            return path != null && path.startsWith(root) && path.toRealPath().equals(path)
                    && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            return false;
        }
    }

    private static List<Entry> entries(Path path) {
        try (Stream<Path> paths = Files.list(path)) {
            return paths.flatMap(SharedDirectory::entry).sorted(DIRECTORIES_FIRST).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Entry> entry(Path path) {
        String name = FileNames.text(path.getFileName());
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class,
                    LinkOption.NOFOLLOW_LINKS);
            return isPlain(name) && (attributes.isRegularFile() || attributes.isDirectory())
                    ? Stream.of(new Entry(name, attributes.isDirectory(),
                            attributes.isDirectory() ? 0 : attributes.size(),
                            attributes.lastModifiedTime().toMillis()))
                    : Stream.empty();
        } catch (IOException e) {
            return Stream.empty();
        }
    }
}
