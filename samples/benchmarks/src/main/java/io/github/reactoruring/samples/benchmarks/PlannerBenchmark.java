package io.github.reactoruring.samples.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.internal.plan.CancelCapabilities;
import io.github.reactoruring.internal.plan.CancelPlan;
import io.github.reactoruring.internal.plan.CancelPlanner;
import io.github.reactoruring.internal.plan.Disposed;
import io.github.reactoruring.internal.plan.InFlightCounts;

/** Plans the cancels of one batch: k reads disposed of, spread over files none of which is in the batch as a whole. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PlannerBenchmark {

    private static final int OP_READ = 22;
    private static final CancelCapabilities ALL = new CancelCapabilities(true, true, true);

    @Param({"2", "200", "2000", "20000"})
    public int disposals;

    @Param({"1", "10", "1000"})
    public int files;

    private final List<Disposed> batch = new ArrayList<>();
    private final Counts counts = new Counts();

    /** Makes the batch: the first file's requests are all disposed of, of the others one stays. */
    @Setup
    public void fill() {
        batch.clear();
        for (int i = 0; i < disposals; i++) {
            batch.add(new Disposed(i, OP_READ, i % files));
        }
    }

    @Benchmark
    public CancelPlan plan() {
        return CancelPlanner.plan(counts, batch, ALL, CancelPolicy.coalesce());
    }

    private final class Counts implements InFlightCounts {

        @Override
        public int total() {
            return disposals + files - 1;
        }

        @Override
        public int withOpcode(int opcode) {
            return opcode == OP_READ ? total() : 0;
        }

        @Override
        public int onFile(int file) {
            int disposedOf = disposals / files + (file < disposals % files ? 1 : 0);
            return disposedOf + (file == 0 ? 0 : 1);
        }

        @Override
        public int onFileWithOpcode(int file, int opcode) {
            return opcode == OP_READ ? onFile(file) : 0;
        }

        @Override
        public boolean fileMatchable(int file) {
            return true;
        }

        @Override
        public int fileDescriptor(int file) {
            return 10 + file;
        }

        @Override
        public boolean fileIsFixed(int file) {
            return false;
        }
    }
}
