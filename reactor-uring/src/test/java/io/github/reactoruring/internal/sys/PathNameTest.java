package io.github.reactoruring.internal.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;

import org.junit.jupiter.api.Test;

class PathNameTest {

    private static Path raw(String encoded) {
        return Path.of(URI.create("file://" + encoded));
    }

    @Test
    void leavesWhatHasCharactersAsItIs() {
        for (String text : new String[]{"/", "/a b/c", "relative/\u00fcml\u00e4ut", "/\ud83d\ude00", "..", "%41"}) {
            assertThat(PathName.of(Path.of(text))).isEqualTo(text);
            assertThat(PathName.bytes(text)).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
            assertThat(PathName.printable(text)).isEqualTo(text);
        }
    }

    @Test
    void namesTheWorkingDirectoryByADot() {
        assertThat(PathName.of(Path.of(""))).isEqualTo(".");
    }

    @Test
    void carriesBytesThatAreNoCharacters() {
        Path path = raw("/dir/%FFx%C3%A9%E2%82/%F0%9F%98%80%25");
        byte[] expected = {'/', 'd', 'i', 'r', '/', -1, 'x', (byte) 0xC3, (byte) 0xA9, (byte) 0xE2, (byte) 0x82, '/',
                (byte) 0xF0, (byte) 0x9F, (byte) 0x98, (byte) 0x80, '%'};

        assertThat(PathName.bytes(PathName.of(path))).isEqualTo(expected);
        assertThat(PathName.bytes(PathName.of(Path.of("/dir").relativize(path))))
                .isEqualTo(java.util.Arrays.copyOfRange(expected, 5, expected.length));
        assertThat(PathName.printable(PathName.of(path)))
                .isEqualTo("/dir/\uFFFDx\u00e9\uFFFD\uFFFD/\ud83d\ude00%");
    }

    @Test
    void keepsAReplacementCharacterThatIsReallyThere() {
        Path path = Path.of("/a\uFFFDb");

        assertThat(PathName.bytes(PathName.of(path))).isEqualTo(path.toString().getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void asksTheKernelNothing() {
        // A directory would get a slash at its end.
        assertThat(PathName.bytes(PathName.of(raw("/tmp/%FF/..")))).endsWith('/', '.', '.');
    }

    @Test
    void turnsAnyBytesIntoAPathAndBack() {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] name = new byte[1 + random.nextInt(12)];
            random.nextBytes(name);
            for (int j = 0; j < name.length; j++) {
                name[j] = name[j] == 0 || name[j] == '/' || name[j] == '.' ? (byte) 'x' : name[j];
            }

            Path path = PathName.path(name);

            assertThat(path.isAbsolute()).isFalse();
            assertThat(path.getNameCount()).isOne();
            assertThat(PathName.bytes(PathName.of(path))).isEqualTo(name);
            assertThat(PathName.bytes(PathName.of(Path.of("/d").resolve(path)))).endsWith(name);
        }
    }
}
