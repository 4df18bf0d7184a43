package io.github.reactoruring.file.slow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.testing.fuse.SlowFile;
import io.github.reactoruring.testing.fuse.SlowFileSystem;

/** Reads files whose end only the filesystem knows, and whose reads the kernel may repeat. */
class SlowSizeTest extends OnASlowFilesystem {

    private static final byte[] CONTENT = "0123456789\n".getBytes();

    /** How the kernel waits for a read: for the page, for the answer, or not at all. */
    enum Way {
        BUFFERED, DIRECT, ASYNC_DIRECT
    }

    /** After a short read, which it answers by another attempt, the kernel reads the same bytes again. */
    @ParameterizedTest
    @EnumSource
    void readsEachByteOnce(Way way) throws IOException {
        try (SlowFileSystem other = way == Way.ASYNC_DIRECT
                ? SlowFileSystem.mountWithAsyncDirectIo()
                : SlowFileSystem.mount()) {
            SlowFile file = other.file("file", CONTENT);
            if (way == Way.BUFFERED) {
                file.buffered();
            }

            assertThat(content(file, ReadOptions.defaults())).containsExactly(ByteBuffer.wrap(CONTENT));
            assertThat(content(file, ReadOptions.defaults().withChunkBytes(8))).containsExactly(part(0, 8), part(8, 3));
            UringFile open = open(file);
            assertThat(open.readAt(0, 100).block(LONG)).isEqualTo(ByteBuffer.wrap(CONTENT));
            assertThat(open.readAt(3, 100).block(LONG)).isEqualTo(part(3, 8));
            assertThat(open.readAt(11, 100).block(LONG)).isNull();
            open.close().block(LONG);
        }
    }

    /** What a filesystem adds to a file behind the kernel's back is read, though the kernel knew a smaller size. */
    @Test
    void readsToTheEndOfAFileThatGrewUnseen() {
        SlowFile file = slow.file("file", "short".getBytes()).rememberName();
        assertThat(content(file, ReadOptions.defaults())).containsExactly(ByteBuffer.wrap("short".getBytes()));
        file.replace(CONTENT);

        assertThat(content(file, ReadOptions.defaults())).containsExactly(ByteBuffer.wrap(CONTENT));
    }

    private List<ByteBuffer> content(SlowFile file, ReadOptions options) {
        return ring.get().files().read(file.path(), options).collectList().block(LONG);
    }

    private static ByteBuffer part(int position, int length) {
        return ByteBuffer.wrap(CONTENT, position, length).slice();
    }
}
