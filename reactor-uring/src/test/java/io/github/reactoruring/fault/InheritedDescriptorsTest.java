package io.github.reactoruring.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.TailOptions;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.file.UringPipe;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.Fifo;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/** What the library opens is not inherited by a child that a program starts with the C library's means, which close nothing. */
@NeedsUring
@Tag("fault")
class InheritedDescriptorsTest {

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    @Test
    void aChildHasNoneOfThem() throws Exception {
        List<String> before = childsDescriptors();
        Uring older = KernelUnderTest.build(Uring.builder("older").rings(2), "6.1");
        List<Disposable> goingOn = new ArrayList<>();
        Path file = Files.write(directory.resolve("file"), new byte[100_000]);
        Path fifo = Fifo.make(directory.resolve("fifo"));
        for (Uring uring : List.of(ring.get(), older)) {
            open(uring, file, fifo, goingOn);
        }

        List<String> during = childsDescriptors();

        assertThat(during).as("in a child, besides %s", before).isEqualTo(before);
        goingOn.forEach(Disposable::dispose);
        older.disposeLater().block(Duration.ofSeconds(20));
    }

    private void open(Uring uring, Path file, Path fifo, List<Disposable> goingOn) throws IOException {
        UringFile opened = uring.files().open(file, StandardOpenOption.READ, StandardOpenOption.WRITE).block();
        if (KernelUnderTest.has(RingFeature.DIRECT_DESCRIPTORS)) {
            uring.files().openDirect(file).block();
        }
        // For both: where its name is not in the kernel's cache, a kernel worker opens it, and waits for the other end.
        uring.files().open(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE).block();
        UringPipe pipe = uring.files().pipe().block();
        assertThat(opened.isRegularFile() && !pipe.source().isRegularFile()).isTrue();
        goingOn.add(next(uring.fileSystem().watch(directory)));
        goingOn.add(next(
                uring.files().tail(file, TailOptions.fromStart(), io.github.reactoruring.buffer.BufferFactory.heap())));
        goingOn.add(next(uring.files().read(file)));
        goingOn.add(next(uring.fileSystem().walk(directory)));
        Probe<Long> replacing = Probe.idle();
        // In the middle of it: the file without a name is open.
        uring.files()
                .replace(directory.resolve("replaced"), Flux.concat(Flux.just(ByteBuffer.allocate(10)), Flux.never()))
                .subscribe(replacing);
        replacing.request(1);
        goingOn.add(replacing);
    }

    private static <T> Probe<T> next(Flux<T> source) {
        Probe<T> probe = Probe.idle();
        source.subscribe(probe);
        return probe.request(1).awaitValues(1);
    }

    /** Returns what descriptors of a child lead to that has inherited all it may. */
    private List<String> childsDescriptors() throws Exception {
        Path list = directory.resolveSibling(directory.getFileName() + ".list");
        MethodHandle system = Linker.nativeLinker().downcallHandle(
                Linker.nativeLinker().defaultLookup().findOrThrow("system"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            int status = (int) system.invokeExact(arena.allocateFrom(
                    "for fd in /proc/self/fd/*; do readlink $fd; done | grep -v ^/proc/ | sed 's/:.*//' | sort > '"
                            + list
                            + "'; true"));
            assertThat(status).isZero();
            return Files.readAllLines(list);
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        } finally {
            Files.deleteIfExists(list);
        }
    }
}
