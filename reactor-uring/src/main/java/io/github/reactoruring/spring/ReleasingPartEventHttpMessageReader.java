package io.github.reactoruring.spring;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;

import org.springframework.core.ResolvableType;
import org.springframework.http.ReactiveHttpInputMessage;
import org.springframework.http.codec.multipart.PartEvent;
import org.springframework.http.codec.multipart.PartEventHttpMessageReader;

import io.github.reactoruring.internal.spring.multipart.PartEventFlux;
import io.github.reactoruring.internal.spring.multipart.PartLimits;
import reactor.core.publisher.Flux;

/**
 * Reads the events of {@code multipart/form-data}, as Spring's own reader does and with its settings, but loses no
 * buffer when it is cancelled, or when the request fails: Spring's (7.0.8) leaves those that wait in its operators, and
 * logs the error once more as dropped.
 *
 * <p><b>Demand:</b> some 512 KiB of the body are read ahead; the rest stays in the socket.
 *
 * <p><b>Cancellation, errors:</b> a cancel releases what was read and not emitted, and so does a limit that is
 * exceeded. Any other error comes behind what was read before it.
 *
 * <p><b>Buffers:</b> the content of each event belongs to the subscriber. {@link PartEvents#concatMap} hands it on.
 */
public class ReleasingPartEventHttpMessageReader extends PartEventHttpMessageReader {

    private static final int DEFAULT_MAX_HEADERS_BYTES = 10 * 1024;

    private int maxHeadersBytes = DEFAULT_MAX_HEADERS_BYTES;
    private int maxParts = -1;
    private long maxPartBytes = -1;
    private Charset charset = StandardCharsets.UTF_8;

    /** Reads with Spring's defaults: 256 KiB for a form field, 10 KiB of headers, any number of parts of any size. */
    public ReleasingPartEventHttpMessageReader() {
    }

    @Override
    public void setMaxHeadersSize(int byteCount) {
        super.setMaxHeadersSize(byteCount);
        maxHeadersBytes = byteCount;
    }

    @Override
    public void setMaxParts(int maxParts) {
        super.setMaxParts(maxParts);
        this.maxParts = maxParts;
    }

    @Override
    public void setMaxPartSize(long maxPartSize) {
        super.setMaxPartSize(maxPartSize);
        maxPartBytes = maxPartSize;
    }

    @Override
    public void setHeadersCharset(Charset headersCharset) {
        super.setHeadersCharset(headersCharset);
        charset = headersCharset;
    }

    @Override
    public Flux<PartEvent> read(ResolvableType elementType, ReactiveHttpInputMessage message,
            Map<String, Object> hints) {
        return PartEventFlux.read(message, hints, charset,
                new PartLimits(getMaxInMemorySize(), maxHeadersBytes, maxParts, maxPartBytes));
    }
}
