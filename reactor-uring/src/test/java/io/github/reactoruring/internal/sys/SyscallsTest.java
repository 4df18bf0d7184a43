package io.github.reactoruring.internal.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class SyscallsTest {

    private static final int CLOSED = 1_000_000;

    @TempDir
    Path directory;

    @Test
    void failuresAreNegatedErrnos() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment some = arena.allocate(8);
            assertThat(Syscalls.close(CLOSED)).isEqualTo(-Errno.EBADF);
            assertThat(Syscalls.read(CLOSED, some)).isEqualTo(-Errno.EBADF);
            assertThat(Syscalls.write(CLOSED, some)).isEqualTo(-Errno.EBADF);
            assertThat(Syscalls.pipe2(new int[2], -1)).isEqualTo(-Errno.EINVAL);
            assertThat(Syscalls.register(CLOSED, 0)).isEqualTo(-Errno.EBADF);
            assertThat(Syscalls.enter(Syscalls.errnoState(arena), CLOSED, 0, 0, 0, 0, 0)).isEqualTo(-Errno.EBADF);
        }
    }

    @Test
    void pipesCarryBytes() {
        int[] ends = new int[2];
        assertThat(Syscalls.pipe2(ends, OpenFlags.O_CLOEXEC)).isZero();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment sent = arena.allocateFrom("ring");
            MemorySegment received = arena.allocate(16);

            assertThat(Syscalls.write(ends[1], sent)).isEqualTo(5);
            assertThat(Syscalls.read(ends[0], received)).isEqualTo(5);
            assertThat(received.getString(0)).isEqualTo("ring");
        }
        assertThat(Syscalls.close(ends[0])).isZero();
        assertThat(Syscalls.close(ends[1])).isZero();
        assertThat(Syscalls.close(ends[1])).isEqualTo(-Errno.EBADF);
    }

    @Test
    void aMappingThatIsRefusedCarriesItsErrno() {
        assertThatThrownBy(() -> MappedMemory.map(CLOSED, 0, 4096)).isInstanceOf(ErrnoException.class)
                .hasMessage("mmap: EBADF (bad file descriptor)")
                .extracting(e -> ((ErrnoException) e).errno()).isEqualTo(Errno.EBADF);
    }

    @Test
    void nativeMemoryIsAlignedAndWritable() {
        for (long alignment : List.of(8L, 64L, 4096L)) {
            MemorySegment memory = NativeMemory.allocate(100, alignment);
            assertThat(memory.address() % alignment).isZero();
            memory.fill((byte) 7);
            assertThat(memory.get(ValueLayout.JAVA_BYTE, 99)).isEqualTo((byte) 7);
            NativeMemory.free(memory);
        }
    }

    @Test
    void stringsEndWithNul() {
        MemorySegment text = CString.allocate("/tmp/größe");
        assertThat(text.getString(0)).isEqualTo("/tmp/größe");
        NativeMemory.free(text);
    }
}
