package io.github.reactoruring.file;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;

import io.github.reactoruring.internal.sys.PathName;

/**
 * Makes paths of text, and text of paths, with names that are UTF-8 on the disk, whatever the JVM's locale.
 *
 * <p>For Linux a name is bytes. Java makes them in the charset of the process's locale ({@code sun.jnu.encoding}),
 * which in most containers is C: there {@link Path#of} throws for {@code ü.txt}, and the path of such a file reads
 * {@code ??.txt}. The paths made here work with all of java.nio.file and of this library; only their {@code toString()}
 * does not show what it cannot.
 *
 * <p>Needs no ring.
 */
public final class FileNames {

    private FileNames() {
    }

    /**
     * Returns the path that {@code text} is in UTF-8, absolute if it begins with a slash. Where the JVM's own charset
     * for names is UTF-8, and on other systems, that is {@link Path#of}.
     *
     * @throws InvalidPathException if no file can have that name
     */
    public static Path path(String text) {
        Objects.requireNonNull(text, "text");
        return PathName.IS_UTF_8 || isAscii(text) ? Path.of(text) : PathName.path(bytes(text));
    }

    /**
     * Returns what {@code text} names in a directory, as {@link Path#resolve(String)}: {@code ..} leads out of it, and
     * an absolute path anywhere. Check names that come from outside first.
     *
     * @throws InvalidPathException if no file can have that name
     */
    public static Path resolve(Path directory, String text) {
        return directory.getFileSystem() == FileSystems.getDefault()
                ? directory.resolve(path(text))
                : directory.resolve(text);
    }

    /**
     * Returns the text that a path is in UTF-8; U+FFFD stands for what is none.
     */
    public static String text(Path path) {
        return path.getFileSystem() != FileSystems.getDefault() || PathName.IS_UTF_8 || path.toString().isEmpty()
                ? path.toString()
                : new String(PathName.bytes(PathName.of(path)), StandardCharsets.UTF_8);
    }

    /** Says whether the JVM's own charset for names is UTF-8, so that all of this is for nothing. */
    public static boolean areUtf8() {
        return PathName.IS_UTF_8;
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    private static byte[] bytes(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new InvalidPathException(text, "Nul character not allowed");
        }
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw new InvalidPathException(text, "Not to be encoded in UTF-8");
        }
    }
}
