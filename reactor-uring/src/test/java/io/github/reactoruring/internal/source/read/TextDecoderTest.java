package io.github.reactoruring.internal.source.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;

class TextDecoderTest {

    @Property(tries = 500)
    void decodesWhatIsCutAnywhere(@ForAll @StringLength(max = 60) @CharRange(from = 'a', to = '\ud7ff') String text,
            @ForAll @IntRange(min = 1, max = 7) int chunkBytes) throws CharacterCodingException {
        String withSupplementary = text + "\ud83d\ude00" + text;

        assertThat(decode(withSupplementary.getBytes(StandardCharsets.UTF_8), chunkBytes)).isEqualTo(withSupplementary);
    }

    @Property(tries = 500)
    void splitsLinesAsBufferedReaderDoes(@ForAll @StringLength(max = 30) @CharRange(from = '\n', to = '\r') String ends,
            @ForAll @IntRange(min = 1, max = 5) int pieceChars) throws FileSystemException {
        String text = String.join("ab", ends.split("")) + ends;
        LineSplitter splitter = new LineSplitter("file", 1000);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < text.length(); i += pieceChars) {
            lines.addAll(splitter.split(text.substring(i, Math.min(text.length(), i + pieceChars))));
        }
        lines.addAll(splitter.finish());

        assertThat(lines).isEqualTo(new java.io.BufferedReader(new java.io.StringReader(text)).lines().toList());
    }

    @Test
    void refusesHalfACharacterAtTheEnd() throws CharacterCodingException {
        TextDecoder decoder = new TextDecoder(StandardCharsets.UTF_8);
        decoder.decode(ByteBuffer.wrap(new byte[]{'a', (byte) 0xC3}));

        assertThatExceptionOfType(CharacterCodingException.class).isThrownBy(decoder::finish);
    }

    @Test
    void refusesALineThatWouldFillTheMemory() {
        LineSplitter splitter = new LineSplitter("/a/file", 10);

        assertThatExceptionOfType(FileSystemException.class).isThrownBy(() -> splitter.split("01234567890"))
                .withMessageContaining("/a/file").withMessageContaining("more than 10 characters");
    }

    private static String decode(byte[] bytes, int chunkBytes) throws CharacterCodingException {
        TextDecoder decoder = new TextDecoder(StandardCharsets.UTF_8);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < bytes.length; i += chunkBytes) {
            text.append(decoder.decode(ByteBuffer.wrap(bytes, i, Math.min(chunkBytes, bytes.length - i))));
        }
        return text.append(decoder.finish()).toString();
    }
}
