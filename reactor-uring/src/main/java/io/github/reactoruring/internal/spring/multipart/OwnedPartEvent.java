package io.github.reactoruring.internal.spring.multipart;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.codec.multipart.FilePartEvent;
import org.springframework.http.codec.multipart.PartEvent;

import io.github.reactoruring.internal.spring.SingleReleaseBuffer;

/** An event with the body's own buffer, not the one that was shown to the parser. */
sealed interface OwnedPartEvent extends PartEvent {

    /** Takes the content of {@code event} over; that of a form field, and an empty one, is nobody's. */
    static PartEvent of(PartEvent event) {
        if (!(event.content() instanceof SingleReleaseBuffer shown)) {
            return event;
        }
        DataBuffer content = SingleReleaseBuffer.take(shown);
        return event instanceof FilePartEvent
                ? new OfFile(event.headers(), content, event.isLast())
                : new OfOther(event.headers(), content, event.isLast());
    }

    /** One of a part with a file name. */
    record OfFile(HttpHeaders headers, DataBuffer content, boolean isLast) implements OwnedPartEvent, FilePartEvent {
    }

    /** One of a part without one. */
    record OfOther(HttpHeaders headers, DataBuffer content, boolean isLast) implements OwnedPartEvent {
    }
}
