package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.core.io.buffer.NettyDataBufferFactory;

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
                .expectNextCount(3).expectError(EOFException.class).verify();
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

    private Flux<DataBuffer> body(DataBufferFactory factory, int chunks, long lengthBytes) {
        return PacedBody.create(factory, MAX_CHUNKS, lengthBytes,
                buffers -> Flux.range(0, chunks).map(i -> chunk(buffers)));
    }

    private DataBuffer chunk(BufferFactory<DataBuffer> buffers) {
        leased.incrementAndGet();
        return buffers.lease(CHUNK_BYTES).fill(CHUNK_BYTES);
    }

    /** Keeps what it gets, as a server does whose client is slow. */
    private static final class Keeper extends BaseSubscriber<DataBuffer> {

        private final ArrayDeque<DataBuffer> kept = new ArrayDeque<>();

        @Override
        protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
            // The test requests.
        }

        @Override
        protected void hookOnNext(DataBuffer buffer) {
            kept.add(buffer);
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
}
