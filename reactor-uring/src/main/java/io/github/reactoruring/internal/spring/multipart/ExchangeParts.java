package io.github.reactoruring.internal.spring.multipart;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.jspecify.annotations.Nullable;
import org.springframework.http.codec.multipart.Part;
import org.springframework.util.MultiValueMap;

import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * The parts that were collected for the handler of one exchange. They are deleted when that is over, and those that
 * come later at once.
 *
 * <p><b>Threads:</b> any.
 */
public final class ExchangeParts {

    private final Queue<Part> parts = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    /** Returns those of the exchange that is handled in {@code context}, or null. */
    public static @Nullable ExchangeParts of(ContextView context) {
        return context.getOrDefault(ExchangeParts.class, null);
    }

    /** Puts them into the context in which the exchange is handled. */
    public Context in(Context context) {
        return context.put(ExchangeParts.class, this);
    }

    public void add(MultiValueMap<String, Part> collected) {
        collected.values().forEach(parts::addAll);
        if (over) {
            delete();
        }
    }

    public void delete() {
        over = true;
        for (Part part = parts.poll(); part != null; part = parts.poll()) {
            part.delete().onErrorComplete().subscribe();
        }
    }
}
