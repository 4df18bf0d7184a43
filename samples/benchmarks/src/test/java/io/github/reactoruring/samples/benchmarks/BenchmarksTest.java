package io.github.reactoruring.samples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.reactoruring.Uring;
import io.github.reactoruring.testing.fuse.SlowFileSystem;

/** Runs each benchmark for a moment: its figures mean nothing, but it still works. */
@Tag("kernel")
class BenchmarksTest {

    @BeforeAll
    static void needsIoUring() {
        assumeTrue(Uring.isAvailable(), () -> "no io_uring here: " + Uring.unavailabilityCause());
    }

    static Set<String> suites() {
        return Benchmarks.SUITES.keySet();
    }

    @ParameterizedTest
    @MethodSource("suites")
    void measuresEveryVariant(String suite) throws Exception {
        assumeTrue(!suite.equals("downloads") || Tool.has("wrk"), "wrk is not installed");
        assumeTrue(!suite.equals("slow-downloads") || SlowFileSystem.missing() == null, "FUSE cannot be mounted");
        List<Comparison.Row> rows = Benchmarks.SUITES.get(suite).run(Settings.SMOKE);

        assertThat(rows).hasSizeGreaterThanOrEqualTo(2);
        assertThat(rows).allSatisfy(row -> assertThat(row.nanos()).hasSize(1)
                .satisfies(all -> assertThat(java.util.Arrays.stream(all)).allMatch(nanos -> nanos > 0)));
    }
}
