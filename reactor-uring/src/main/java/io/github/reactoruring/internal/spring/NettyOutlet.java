package io.github.reactoruring.internal.spring;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import reactor.netty.Connection;
import reactor.netty.http.server.HttpServerResponse;

/** The channel of a request or response of Reactor Netty's: the stream's, under HTTP/2. Loaded only where that is. */
record NettyOutlet(Channel channel) implements Outlet {

    /** Returns the channel of a native request or response, or null. */
    static @Nullable Outlet of(Object nativeMessage) {
        return nativeMessage instanceof Connection connection ? new NettyOutlet(connection.channel()) : null;
    }

    /** Sends a native response without a coding on the fly; false if it is none of Reactor Netty's. */
    static boolean sendsUncoded(@Nullable Object nativeMessage) {
        if (nativeMessage instanceof HttpServerResponse response) {
            response.compression(false);
            return true;
        }
        return false;
    }

    @Override
    public boolean isIdle() {
        return !channel.isActive()
                || channel.bytesBeforeUnwritable() > channel.config().getWriteBufferHighWaterMark();
    }

    @Override
    public boolean later(Runnable look, long delayMillis) {
        try {
            EventLoop loop = channel.eventLoop();
            if (delayMillis == 0) {
                loop.execute(look);
            } else {
                loop.schedule(look, delayMillis, TimeUnit.MILLISECONDS);
            }
            return true;
        } catch (RejectedExecutionException | IllegalStateException | UnsupportedOperationException e) {
            // The server has stopped, or the exchange is over.
            return false;
        }
    }
}
