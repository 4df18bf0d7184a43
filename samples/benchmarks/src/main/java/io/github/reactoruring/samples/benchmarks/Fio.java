package io.github.reactoruring.samples.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Runs fio's io_uring engine, the yardstick of those who measure disks; measured by its own clock, without its start. */
final class Fio {

    // Of the terse format, version 3: man fio, "TERSE OUTPUT".
    private static final int READ_KIB = 5;
    private static final int READ_MILLIS = 8;
    private static final int USER_PERCENT = 87;
    private static final int SYSTEM_PERCENT = 88;

    private Fio() {
    }

    /** Makes a variant that reads blocks at random positions of {@code path} past the page cache; its options are more. */
    static Variant randomDirectReads(Path path, int blockBytes, int inFlight, String... options) {
        return operations -> {
            // Submit what has completed and wait for one at least, as the library does.
            List<String> command = Stream.concat(Stream.of("fio", "--name=reads", "--filename=" + path, "--direct=1",
                    "--ioengine=io_uring", "--rw=randread", "--norandommap", "--bs=" + blockBytes,
                    "--iodepth=" + inFlight, "--iodepth_batch_submit=" + inFlight, "--iodepth_batch_complete_min=1",
                    "--iodepth_batch_complete_max=" + inFlight, "--size=" + Files.size(path),
                    "--io_size=" + operations * blockBytes, "--output-format=terse", "--terse-version=3"),
                    Stream.of(options)).toList();
            String[] fields = Tool.output(command).split(";");
            double nanos = Math.max(1, Long.parseLong(fields[READ_MILLIS])) * 1e6;
            double busy = percent(fields[USER_PERCENT]) + percent(fields[SYSTEM_PERCENT]);
            return new Variant.Cost(Long.parseLong(fields[READ_KIB]) * 1024 / blockBytes, (long) nanos,
                    (long) (nanos * busy / 100));
        };
    }

    private static double percent(String field) {
        return Double.parseDouble(field.replace("%", ""));
    }
}
