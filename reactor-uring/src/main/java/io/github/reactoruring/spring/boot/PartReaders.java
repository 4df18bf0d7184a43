package io.github.reactoruring.spring.boot;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.codec.ServerCodecConfigurer;

import io.github.reactoruring.Uring;
import io.github.reactoruring.spring.UringPartHttpMessageReader;

/**
 * Gives each server's codecs a reader of parts of its own, since a configurer sets what it has: limits that are one server's
 * must not become another's. The first gets the bean. One that the application made itself is everybody's, as it chose.
 *
 * <p><b>Threads:</b> any.
 */
final class PartReaders implements AutoCloseable {

    private final ObjectProvider<Uring> uring;
    private final Map<ServerCodecConfigurer, UringPartHttpMessageReader> readers = new WeakHashMap<>();
    private final List<UringPartHttpMessageReader> others = new ArrayList<>();
    private @Nullable UringPartHttpMessageReader ours;
    private boolean oursIsTaken;

    PartReaders(ObjectProvider<Uring> uring) {
        this.uring = uring;
    }

    /** Makes the bean, or null without a ring. */
    synchronized @Nullable UringPartHttpMessageReader first() {
        Uring ring = uring.getIfUnique();
        ours = ring == null ? null : new UringPartHttpMessageReader(ring);
        return ours;
    }

    /** Returns the reader of one server's codecs. */
    synchronized UringPartHttpMessageReader of(ServerCodecConfigurer codecs, UringPartHttpMessageReader bean) {
        return bean == ours ? readers.computeIfAbsent(codecs, server -> next(bean)) : bean;
    }

    private UringPartHttpMessageReader next(UringPartHttpMessageReader bean) {
        if (!oursIsTaken) {
            oursIsTaken = true;
            return bean;
        }
        UringPartHttpMessageReader other = new UringPartHttpMessageReader(uring.getObject());
        others.add(other);
        return other;
    }

    /** Removes what the others have stored; the bean is closed by itself. */
    @Override
    public synchronized void close() {
        others.forEach(UringPartHttpMessageReader::close);
    }
}
