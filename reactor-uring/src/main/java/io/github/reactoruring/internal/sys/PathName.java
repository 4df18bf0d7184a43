package io.github.reactoruring.internal.sys;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Carries a path's own bytes in a string, also those that the JVM's charset for file names has no characters for.
 *
 * <p>A {@link Path} keeps its bytes, and its {@code toString()} loses those that cannot be decoded. Here such a byte
 * becomes the lone surrogate U+DC00 + byte, as in Python's surrogateescape, and {@link #bytes} turns it back. No path
 * has lone surrogates by itself, so that nothing else can be mistaken for one.
 *
 * <p>The bytes come from {@link Path#toUri()}, which percent-encodes them, whatever the charset.
 */
public final class PathName {

    private static final Charset CHARSET = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
    /** Charsets in which decoding has lost nothing where it made no U+FFFD. */
    private static final boolean STRICT = CHARSET.equals(StandardCharsets.UTF_8)
            || CHARSET.equals(StandardCharsets.US_ASCII) || CHARSET.equals(StandardCharsets.ISO_8859_1);
    /** Whether a path of text is that text in UTF-8; Windows has names of characters. */
    public static final boolean IS_UTF_8 = CHARSET.equals(StandardCharsets.UTF_8) || File.separatorChar != '/';
    private static final char REPLACEMENT = '\uFFFD';
    private static final char ESCAPE = '\uDC00';
    private static final char FIRST_ESCAPED = ESCAPE + 0x80;
    private static final char LAST_ESCAPED = ESCAPE + 0xFF;
    /** Makes a path longer than PATH_MAX: toUri() asks whether it is a directory, and the kernel refuses unseen. */
    private static final Path TOO_LONG = Path.of("x".repeat(4096));
    private static final Path ROOT = Path.of("/");

    private PathName() {
    }

    /** Returns the name to give to {@link CString#allocate} for {@code path}, of the default filesystem. */
    public static String of(Path path) {
        String text = path.toString();
        if (text.isEmpty()) {
            return ".";
        }
        return STRICT && text.indexOf(REPLACEMENT) < 0 ? text : escape(rawBytes(path));
    }

    /** Returns the bytes a name stands for. */
    public static byte[] bytes(String name) {
        int length = name.length();
        int escaped = nextEscaped(name, 0);
        if (escaped == length) {
            return name.getBytes(CHARSET);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(length + 16);
        int from = 0;
        while (escaped < length) {
            bytes.writeBytes(name.substring(from, escaped).getBytes(CHARSET));
            bytes.write(name.charAt(escaped) - ESCAPE);
            from = escaped + 1;
            escaped = nextEscaped(name, from);
        }
        bytes.writeBytes(name.substring(from).getBytes(CHARSET));
        return bytes.toByteArray();
    }

    /** Returns the name as a message shows it: with U+FFFD for what has no character. */
    public static String printable(String name) {
        int escaped = nextEscaped(name, 0);
        if (escaped == name.length()) {
            return name;
        }
        StringBuilder text = new StringBuilder(name);
        for (; escaped < name.length(); escaped = nextEscaped(name, escaped + 1)) {
            text.setCharAt(escaped, REPLACEMENT);
        }
        return text.toString();
    }

    /** Returns the path of these bytes, which are not empty and hold no NUL; absolute if they begin with a slash. */
    public static Path path(byte[] name) {
        StringBuilder uri = new StringBuilder("file://");
        boolean absolute = name[0] == '/';
        if (!absolute) {
            uri.append('/');
        }
        boolean plain = true;
        for (byte b : name) {
            boolean unreserved = b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '/'
                    || b == '_' || b == '.' || b == '-';
            plain &= b >= 0;
            if (unreserved) {
                uri.append((char) b);
            } else {
                uri.append('%').append(Character.forDigit(b >> 4 & 0xF, 16)).append(Character.forDigit(b & 0xF, 16));
            }
        }
        if (plain) {
            return Path.of(new String(name, StandardCharsets.US_ASCII));
        }
        Path path = Path.of(URI.create(uri.toString()));
        // Not relativized, which would resolve "..".
        return absolute ? path : path.subpath(0, path.getNameCount());
    }

    private static byte[] rawBytes(Path path) {
        String encoded = ROOT.resolve(path).resolve(TOO_LONG).toUri().getRawPath();
        int from = path.isAbsolute() ? 0 : 1;
        int to = encoded.length() - TOO_LONG.toString().length() - 1;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(to);
        for (int i = from; i < to; i++) {
            char c = encoded.charAt(i);
            if (c == '%') {
                bytes.write(Character.digit(encoded.charAt(++i), 16) << 4 | Character.digit(encoded.charAt(++i), 16));
            } else {
                bytes.write(c);
            }
        }
        return bytes.size() == 0 ? new byte[]{'/'} : bytes.toByteArray();
    }

    private static String escape(byte[] bytes) {
        CharsetDecoder decoder = CHARSET.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length + 1);
        CoderResult result;
        while ((result = decoder.decode(in, out, true)).isError()) {
            for (int i = 0; i < result.length(); i++) {
                out.put((char) (ESCAPE + (in.get() & 0xFF)));
            }
            decoder.reset();
        }
        return out.flip().toString();
    }

    /** Returns the index of the next escaped byte, or the length. */
    private static int nextEscaped(String name, int from) {
        int length = name.length();
        for (int i = from; i < length; i++) {
            char c = name.charAt(i);
            if (Character.isHighSurrogate(c)) {
                i++;
            } else if (c >= FIRST_ESCAPED && c <= LAST_ESCAPED) {
                return i;
            }
        }
        return length;
    }
}
