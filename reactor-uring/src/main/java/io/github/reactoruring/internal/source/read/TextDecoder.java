package io.github.reactoruring.internal.source.read;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;

/**
 * Decodes chunks to text, keeping the bytes of a character that a chunk's end cuts for the next.
 *
 * <p>Malformed input is an error, as in {@code Files.readString}. <b>Threads:</b> one subscriber's, in turn.
 */
public final class TextDecoder {

    private final CharsetDecoder decoder;
    /** The bytes of a cut character. */
    private ByteBuffer rest = ByteBuffer.allocate(0);

    public TextDecoder(Charset charset) {
        decoder = charset.newDecoder().onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
    }

    /** Decodes the next chunk, as far as it has whole characters. */
    public String decode(ByteBuffer chunk) throws CharacterCodingException {
        ByteBuffer input = chunk;
        if (rest.hasRemaining()) {
            input = ByteBuffer.allocate(rest.remaining() + chunk.remaining()).put(rest).put(chunk).flip();
        }
        String text = run(input, false);
        rest = ByteBuffer.allocate(input.remaining()).put(input).flip();
        return text;
    }

    /** Decodes what is left at the end: an error where that is half a character. */
    public String finish() throws CharacterCodingException {
        return run(rest, true);
    }

    private String run(ByteBuffer input, boolean last) throws CharacterCodingException {
        CharBuffer output = CharBuffer.allocate((int) Math.ceil(input.remaining() * decoder.maxCharsPerByte()) + 8);
        check(decoder.decode(input, output, last));
        if (last) {
            check(decoder.flush(output));
        }
        return output.flip().toString();
    }

    private static void check(CoderResult result) throws CharacterCodingException {
        if (result.isError()) {
            result.throwException();
        }
    }
}
