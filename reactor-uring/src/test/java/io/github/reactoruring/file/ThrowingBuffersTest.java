package io.github.reactoruring.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.Descriptors;
import reactor.core.publisher.Flux;

/**
 * Lends memory by code that throws, each of its methods in turn. Whatever it throws, the source ends, each other loan ends
 * once, and the file is closed.
 */
@NeedsUring
class ThrowingBuffersTest {

    private static final int CHUNK = 16;
    private static final int CHUNKS = 8;

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    /** Not an exception: neither are an OutOfMemoryError and a StackOverflowError. */
    private static final class Thrown extends Error {

        private static final long serialVersionUID = 1;
    }

    private enum Place {
        LEASE, ADDRESS, LENGTH, FILL, LEND, END
    }

    /** Throws at the third call of one method; counts what began and ended. */
    private static final class Throwing implements BufferFactory<ByteBuffer>, BufferReader<ByteBuffer> {

        private final Place place;
        private final int at;
        private final AtomicInteger calls = new AtomicInteger();
        private final AtomicInteger begun = new AtomicInteger();
        private final AtomicInteger ended = new AtomicInteger();

        Throwing(Place place, int at) {
            this.place = place;
            this.at = at;
        }

        private void reach(Place reached) {
            if (reached == place && calls.incrementAndGet() == at) {
                throw new Thrown();
            }
        }

        int open() {
            return begun.get() - ended.get();
        }

        @Override
        public BufferFactory.Lease<ByteBuffer> lease(int capacityBytes) {
            reach(Place.LEASE);
            BufferFactory.Lease<ByteBuffer> lease = BufferFactory.heap().lease(capacityBytes);
            begun.incrementAndGet();
            return new BufferFactory.Lease<>() {

                @Override
                public long address() {
                    reach(Place.ADDRESS);
                    return lease.address();
                }

                @Override
                public int capacityBytes() {
                    return lease.capacityBytes();
                }

                @Override
                public ByteBuffer fill(int lengthBytes) {
                    ended.incrementAndGet();
                    ByteBuffer filled = lease.fill(lengthBytes);
                    reach(Place.FILL);
                    return filled;
                }

                @Override
                public void release() {
                    ended.incrementAndGet();
                    lease.release();
                    reach(Place.END);
                }
            };
        }

        @Override
        public BufferReader.Loan lend(ByteBuffer buffer) {
            reach(Place.LEND);
            BufferReader.Loan loan = BufferReader.byteBuffers().lend(buffer);
            begun.incrementAndGet();
            return new BufferReader.Loan() {

                @Override
                public long address() {
                    reach(Place.ADDRESS);
                    return loan.address();
                }

                @Override
                public int lengthBytes() {
                    reach(Place.LENGTH);
                    return loan.lengthBytes();
                }

                @Override
                public void release() {
                    ended.incrementAndGet();
                    loan.release();
                    reach(Place.END);
                }
            };
        }

        @Override
        public void release(ByteBuffer buffer) {
            reach(Place.END);
        }
    }

    private static Stream<Arguments> readings() {
        return times(Place.LEASE, Place.ADDRESS, Place.FILL);
    }

    private static Stream<Arguments> writings() {
        return times(Place.LEND, Place.ADDRESS, Place.LENGTH);
    }

    private static Stream<Arguments> times(Place... places) {
        return Stream.of(places).flatMap(place -> IntStream.of(1, 3).mapToObj(at -> Arguments.of(place, at)));
    }

    private Path file() throws java.io.IOException {
        return Files.write(directory.resolve("file"), new byte[CHUNK * CHUNKS]);
    }

    private static Flux<ByteBuffer> content() {
        return Flux.range(0, CHUNKS).map(i -> ByteBuffer.allocateDirect(CHUNK));
    }

    private static void awaitAllEnded(Throwing buffers) {
        Await.until("every loan ended", () -> buffers.open() <= 0);
        assertThat(buffers.open()).isZero();
    }

    @ParameterizedTest
    @MethodSource("readings")
    void aReadFailsWithWhatItsBuffersThrow(Place place, int at) throws Exception {
        Throwing buffers = new Throwing(place, at);
        Path file = file();
        Map<String, Integer> open = Descriptors.open();
        Probe<ByteBuffer> probe = Probe.idle();
        ring.get().files().read(file, ReadOptions.defaults().withChunkBytes(CHUNK), buffers).subscribe(probe);
        probe.request(Long.MAX_VALUE).awaitEnd().assertRules();

        assertThat(probe.error()).isInstanceOf(Thrown.class);
        awaitAllEnded(buffers);
        Descriptors.awaitNoMoreThan(open);
    }

    @ParameterizedTest
    @MethodSource("readings")
    void aReadOfAPipeFailsWithWhatItsBuffersThrow(Place place, int at) {
        Throwing buffers = new Throwing(place, at);
        UringPipe pipe = ring.get().files().pipe().block();
        Probe<ByteBuffer> probe = Probe.idle();
        pipe.source().stream(buffers).subscribe(probe);
        probe.request(Long.MAX_VALUE);
        for (int i = 1; i <= at; i++) {
            pipe.sink().write(ByteBuffer.allocate(CHUNK)).block();
            int expected = i;
            Await.until("a value or the end", () -> probe.values().size() == expected || probe.isTerminated());
        }

        probe.awaitEnd().assertRules();
        assertThat(probe.error()).isInstanceOf(Thrown.class);
        awaitAllEnded(buffers);
        ring.awaitIdle();
    }

    @ParameterizedTest
    @MethodSource("readings")
    void aSingleReadFailsWithWhatItsBuffersThrow(Place place, int at) throws Exception {
        Throwing buffers = new Throwing(place, 1);
        UringFile file = ring.get().files().open(file()).block();
        Probe<ByteBuffer> probe = Probe.idle();
        file.readAt(0, CHUNK, buffers).subscribe(probe);
        probe.request(1).awaitEnd().assertRules();

        assertThat(probe.error()).isInstanceOf(Thrown.class);
        awaitAllEnded(buffers);
    }

    @ParameterizedTest
    @EnumSource(names = {"END"})
    void aReadThatIsLeftFreesAllItsBuffersWhateverOneOfThemThrows(Place place) throws Exception {
        Throwing buffers = new Throwing(place, 1);
        Path file = file();
        Map<String, Integer> open = Descriptors.open();
        Probe<ByteBuffer> probe = Probe.doing(value -> {
            throw new Thrown();
        });
        ring.get().files().read(file, ReadOptions.defaults().withChunkBytes(CHUNK), buffers).subscribe(probe);
        probe.request(CHUNKS).awaitValues(1);

        ring.awaitIdle();
        awaitAllEnded(buffers);
        Descriptors.awaitNoMoreThan(open);
    }

    @ParameterizedTest
    @MethodSource("writings")
    void aWriteFailsWithWhatItsBuffersThrow(Place place, int at) throws Exception {
        Throwing buffers = new Throwing(place, at);
        Path file = directory.resolve("written");
        Map<String, Integer> open = Descriptors.open();
        Probe<Long> probe = Probe.idle();
        ring.get().files().write(file, content(), WriteOptions.defaults(), buffers).subscribe(probe);
        probe.request(1).awaitEnd().assertRules();

        assertThat(probe.error()).isInstanceOf(Thrown.class);
        awaitAllEnded(buffers);
        Descriptors.awaitNoMoreThan(open);
    }

    @ParameterizedTest
    @MethodSource("writings")
    void aSingleWriteFailsWithWhatItsBuffersThrow(Place place, int at) throws Exception {
        Throwing buffers = new Throwing(place, 1);
        UringFile file = ring.get().files().open(file(), StandardOpenOption.WRITE).block();
        Probe<Long> probe = Probe.idle();
        file.write(ByteBuffer.allocate(CHUNK), buffers).subscribe(probe);
        probe.request(1).awaitEnd().assertRules();

        assertThat(probe.error()).isInstanceOf(Thrown.class);
        awaitAllEnded(buffers);
    }

    /** The bytes are in the file by then. */
    @ParameterizedTest
    @EnumSource(names = {"END"})
    void aWriteWhoseBuffersThrowWhenTheyAreFreedCompletes(Place place) throws Exception {
        Throwing buffers = new Throwing(place, 2);
        Path file = directory.resolve("written");
        Flux<ByteBuffer> withEmptyOnes = content().concatMapIterable(
                buffer -> List.of(ByteBuffer.allocate(0), buffer));
        Probe<Long> probe = Probe.idle();
        ring.get().files().write(file, withEmptyOnes, WriteOptions.defaults(), buffers).subscribe(probe);
        probe.request(1).awaitEnd().assertRules();

        assertThat(probe.error()).isNull();
        assertThat(Files.size(file)).isEqualTo(CHUNK * CHUNKS);
        awaitAllEnded(buffers);
    }
}
