package io.github.reactoruring.samples.webflux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Is the one directory that is served: its plain files, and nothing below, above or beside it. Symbolic links are not
 * followed, since they lead elsewhere.
 *
 * <p>Methods that look at the disk block: call them on a thread that may.
 */
final class SharedDirectory {

    private static final int LONGEST_NAME_BYTES = 255;

    private final Path root;

    private SharedDirectory(Path root) {
        this.root = root;
    }

    /** A file in it. */
    record Entry(String name, long bytes, long modifiedMillis) {
    }

    /** Makes it if it is not there. */
    static SharedDirectory at(Path directory) throws IOException {
        return new SharedDirectory(Files.createDirectories(directory).toRealPath());
    }

    /** Returns where a file of that name is or would be; empty for what is no plain name. */
    Optional<Path> named(String name) {
        boolean plain = !name.isEmpty() && name.getBytes().length <= LONGEST_NAME_BYTES && !name.startsWith(".")
                && name.chars().noneMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c));
        if (!plain) {
            return Optional.empty();
        }
        Path path = root.resolve(name);
        return root.equals(path.getParent()) ? Optional.of(path) : Optional.empty();
    }

    /** Returns where the file of that name is; empty if it is no plain file. */
    Optional<Path> existing(String name) {
        return named(name).filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS));
    }

    List<Entry> list() {
        try (Stream<Path> paths = Files.list(root)) {
            return paths.filter(path -> existing(path.getFileName().toString()).isPresent())
                    .map(SharedDirectory::entry).sorted(Comparator.comparing(Entry::name)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Entry entry(Path path) {
        return new Entry(path.getFileName().toString(), path.toFile().length(), path.toFile().lastModified());
    }
}
