package io.github.reactoruring.internal.source.read;

import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Objects;

import io.github.reactoruring.internal.source.Guarded;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Turns chunks into text and text into lines, with state of its own for each subscriber. */
public final class Text {

    /** As many chunks' lines as the file's own read-ahead has chunks. */
    private static final int PREFETCH = 8;

    private Text() {
    }

    public static Flux<String> text(Flux<ByteBuffer> chunks, Charset charset) {
        Objects.requireNonNull(charset, "charset");
        return Guarded.create(Flux.defer(() -> {
            TextDecoder decoder = new TextDecoder(charset);
            return chunks.<String>handle((chunk, sink) -> {
                try {
                    sink.next(decoder.decode(chunk));
                } catch (Exception e) {
                    sink.error(e);
                }
            }).concatWith(Mono.fromCallable(decoder::finish)).filter(text -> !text.isEmpty());
        }));
    }

    public static Flux<String> lines(Flux<String> text, String file, int maxChars) {
        return Guarded.create(Flux.defer(() -> {
            LineSplitter splitter = new LineSplitter(file, maxChars);
            return text.<List<String>>handle((piece, sink) -> {
                try {
                    sink.next(splitter.split(piece));
                } catch (Exception e) {
                    sink.error(e);
                }
            }).concatWith(Mono.fromSupplier(splitter::finish)).concatMapIterable(lines -> lines, PREFETCH);
        }));
    }
}
