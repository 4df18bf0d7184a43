package io.github.reactoruring.internal.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.web.util.DisconnectedClientHelper;

import io.github.reactoruring.buffer.BufferFactory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class PacedBodyTest {

    private static final int CHUNK_BYTES = 100;
    private static final int MAX_CHUNKS = 4;

    private final PooledByteBufAllocator allocator = new PooledByteBufAllocator(true);
    private final AtomicLong leased = new AtomicLong();
    private final Keeper keeper = new Keeper();
    private final Connection connection = new Connection();

    @AfterEach
    void everyBufferIsBack() {
        assertThat(allocator.pinnedDirectMemory()).isZero();
    }

    @Test
    void readsNoMoreThanMayBeInMemory() {
        body(netty(), 1_000, PacedBody.UNKNOWN_LENGTH).subscribe(keeper);
        keeper.request(127);

        assertThat(leased).hasValue(MAX_CHUNKS);
        keeper.releaseOne();
        keeper.releaseOne();
        assertThat(leased).as("half of the window is asked for at once").hasValue(MAX_CHUNKS + 2);
        keeper.releaseAll();
        assertThat(leased).hasValue(MAX_CHUNKS + 2 + MAX_CHUNKS);
        keeper.end();
    }

    @Test
    void readsNoMoreThanIsRequested() {
        body(netty(), 1_000, PacedBody.UNKNOWN_LENGTH).subscribe(keeper);
        keeper.request(1);

        assertThat(leased).hasValue(1);
        keeper.request(2);
        assertThat(leased).hasValue(3);
        keeper.end();
    }

    @Test
    void countsAChunkUntilTheLastSliceOfItIsGone() {
        body(netty(), 1_000, PacedBody.UNKNOWN_LENGTH).subscribe(keeper);
        keeper.request(Long.MAX_VALUE);
        ByteBuf first = NettyDataBufferFactory.toByteBuf(keeper.kept.remove());
        ByteBuf second = NettyDataBufferFactory.toByteBuf(keeper.kept.remove());
        ByteBuf slice = first.retainedSlice(10, 20);
        ByteBuf duplicate = second.retainedDuplicate();

        first.release();
        second.release();
        assertThat(leased).hasValue(MAX_CHUNKS);
        assertThat(slice.readableBytes()).isEqualTo(20);
        slice.release();
        duplicate.release();
        assertThat(leased).hasValue(MAX_CHUNKS + 2);
        keeper.end();
    }

    @Test
    void reachesTheEndWhoeverReleasesAtOnce() {
        StepVerifier.create(body(netty(), 1_000, 1_000 * CHUNK_BYTES).doOnNext(DataBufferUtils::release), 64)
                .expectNextCount(64).thenRequest(10_000).expectNextCount(936).verifyComplete();
    }

    @Test
    void doesNotPaceBuffersThatNobodyReleases() {
        body(DefaultDataBufferFactory.sharedInstance, 1_000, 1_000 * CHUNK_BYTES).subscribe(keeper);
        keeper.request(127);

        assertThat(leased).hasValue(127);
        keeper.request(Long.MAX_VALUE);
        assertThat(keeper.kept).hasSize(1_000);
        keeper.end();
    }

    @Test
    void failsWhenThereIsLessThanAnnounced() {
        StepVerifier.create(body(netty(), 3, 3 * CHUNK_BYTES + 1).doOnNext(DataBufferUtils::release))
                .expectNextCount(3)
                .expectErrorSatisfies(error -> assertThat(error).isInstanceOf(FileSystemException.class)
                        .hasMessageContaining("a.bin").hasMessageContaining("shorter")
                        .satisfies(
                                shorter -> assertThat(DisconnectedClientHelper.isClientDisconnectedException(shorter))
                                        .as("taken for a client that has left").isFalse()))
                .verify();
    }

    @Test
    void readsNothingMoreOnceCancelled() {
        body(netty(), 1_000, PacedBody.UNKNOWN_LENGTH).subscribe(keeper);
        keeper.request(127);
        keeper.cancel();
        keeper.releaseAll();

        assertThat(leased).hasValue(MAX_CHUNKS);
    }

    private DataBufferFactory netty() {
        return new NettyDataBufferFactory(allocator);
    }

    /** A subscriber that joins the body keeps all of it, and frees nothing before the end. */
    @Test
    void aSubscriberThatKeepsAllGetsAllWhereTheConnectionIsIdle() {
        connection.idle = true;
        body(netty(), 1_000, 1_000 * CHUNK_BYTES).subscribe(keeper);
        keeper.request(Long.MAX_VALUE);
        connection.runAll();

        assertThat(keeper.kept).hasSize(1_000);
        assertThat(keeper.completed).isTrue();
        keeper.end();
    }

    @Test
    void aBusyConnectionIsLookedAtLessAndLessOften() {
        body(netty(), 1_000, PacedBody.UNKNOWN_LENGTH).subscribe(keeper);
        keeper.request(127);
        for (int i = 0; i < 10; i++) {
            connection.runOne();
        }

        assertThat(connection.delays).containsExactly(0L, 10L, 20L, 40L, 80L, 160L, 320L, 640L, 1000L, 1000L, 1000L);
        assertThat(leased).hasValue(MAX_CHUNKS);
        keeper.end();
        connection.runAll();
        assertThat(connection.waiting).as("looks, once nobody reads any more").isEmpty();
    }

    @Test
    void aConnectionThatFallsIdleLetsThrough() {
        body(netty(), 1_000, PacedBody.UNKNOWN_LENGTH).subscribe(keeper);
        keeper.request(127);
        connection.runOne();
        connection.idle = true;
        connection.runOne();

        assertThat(leased).hasValue(2 * MAX_CHUNKS);
        // It was let through, and not lent: when it is freed the bound is as it was.
        connection.idle = false;
        keeper.releaseAll();
        connection.runAll(3);
        assertThat(keeper.kept).hasSize(MAX_CHUNKS);
        keeper.end();
    }

    @Test
    void aConnectionThatCannotBeLookedAtLetsAllThrough() {
        connection.gone = true;
        body(netty(), 1_000, 1_000 * CHUNK_BYTES).subscribe(keeper);
        keeper.request(Long.MAX_VALUE);

        assertThat(keeper.kept).hasSize(1_000);
        keeper.end();
    }

    @Test
    void withoutAConnectionNothingIsPaced() {
        PacedBody.create(netty(), () -> null, bounds(1_000 * CHUNK_BYTES), chunks(1_000)).subscribe(keeper);
        keeper.request(127);

        assertThat(leased).hasValue(127);
        keeper.end();
    }

    private Flux<DataBuffer> body(DataBufferFactory factory, int chunks, long lengthBytes) {
        return PacedBody.create(factory, () -> connection, bounds(lengthBytes), chunks(chunks));
    }

    private static PacedBody.Bounds bounds(long lengthBytes) {
        return new PacedBody.Bounds(Path.of("a.bin"), MAX_CHUNKS, lengthBytes);
    }

    private Function<BufferFactory<DataBuffer>, Flux<DataBuffer>> chunks(int chunks) {
        return buffers -> Flux.range(0, chunks).map(i -> chunk(buffers));
    }

    private DataBuffer chunk(BufferFactory<DataBuffer> buffers) {
        leased.incrementAndGet();
        return buffers.lease(CHUNK_BYTES).fill(CHUNK_BYTES);
    }

    /** Keeps what it gets, as a server does whose client is slow. */
    private static final class Keeper extends BaseSubscriber<DataBuffer> {

        private final ArrayDeque<DataBuffer> kept = new ArrayDeque<>();
        private boolean completed;

        @Override
        protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
            // The test requests.
        }

        @Override
        protected void hookOnNext(DataBuffer buffer) {
            kept.add(buffer);
        }

        @Override
        protected void hookOnComplete() {
            completed = true;
        }

        void releaseOne() {
            DataBufferUtils.release(kept.remove());
        }

        void releaseAll() {
            for (int i = kept.size(); i > 0; i--) {
                releaseOne();
            }
        }

        void end() {
            cancel();
            releaseAll();
        }
    }

    /** A connection whose looks run when the test says so. */
    private static final class Connection implements Outlet {

        private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
        private final List<Long> delays = new ArrayList<>();
        private boolean idle;
        private boolean gone;

        @Override
        public boolean isIdle() {
            return idle;
        }

        @Override
        public boolean later(Runnable look, long delayMillis) {
            delays.add(delayMillis);
            return !gone && waiting.add(look);
        }

        void runOne() {
            waiting.remove().run();
        }

        void runAll(int times) {
            for (int i = 0; i < times && !waiting.isEmpty(); i++) {
                runOne();
            }
        }

        void runAll() {
            while (!waiting.isEmpty()) {
                runOne();
            }
        }
    }
}
