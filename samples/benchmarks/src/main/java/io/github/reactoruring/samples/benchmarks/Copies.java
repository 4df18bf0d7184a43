package io.github.reactoruring.samples.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.WriteOptions;

/** Copies a file that is in the page cache to another, which is left to the page cache too. */
final class Copies {

    private static final int CHUNK_BYTES = 64 * 1024;

    private Copies() {
    }

    static List<Comparison.Row> run(Settings settings) throws Exception {
        Uring uring = Uring.builder("copies").build();
        try (CachedFile file = CachedFile.create(settings.fileMiB())) {
            Path source = file.path();
            Path target = Path.of(source + ".copy");
            DefaultDataBufferFactory factory = new DefaultDataBufferFactory();
            try {
                return new Comparison("Copying a file of " + settings.fileMiB() + " MiB; ns for each copy")
                        .add("Files.copy, blocking",
                                copies(target, () -> Files.copy(source, target, StandardCopyOption.REPLACE_EXISTING)))
                        .add("files().copy",
                                copies(target, () -> Await.value(uring.files().copy(source, target,
                                        WriteOptions.defaults()))))
                        .add("DataBufferUtils.read and write", copies(target, () -> DataBufferUtils
                                .write(DataBufferUtils.read(source, factory, CHUNK_BYTES), target).block()))
                        .run(settings);
            } finally {
                Files.deleteIfExists(target);
            }
        } finally {
            uring.disposeLater().block();
        }
    }

    private interface Copy {

        void run() throws IOException;
    }

    /** Each copy makes a new file: what the removal of the last costs is not its own. */
    private static Variant copies(Path target, Copy copy) {
        return operations -> {
            long nanos = 0;
            long cpuNanos = 0;
            for (long i = 0; i < operations; i++) {
                Files.deleteIfExists(target);
                long cpuStart = Machine.cpuNanos();
                long start = System.nanoTime();
                copy.run();
                nanos += System.nanoTime() - start;
                cpuNanos += Machine.cpuNanos() - cpuStart;
            }
            return new Variant.Cost(operations, nanos, cpuNanos);
        };
    }
}
