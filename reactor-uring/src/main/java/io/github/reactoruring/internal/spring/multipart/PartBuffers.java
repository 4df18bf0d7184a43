package io.github.reactoruring.internal.spring.multipart;

import java.util.Queue;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.codec.multipart.FormPartEvent;
import org.springframework.http.codec.multipart.PartEvent;

/** Measures and frees what events and queues hold of the memory. */
public final class PartBuffers {

    private PartBuffers() {
    }

    /** Returns how much of the memory an event takes. */
    static int bytesOf(PartEvent event) {
        return event instanceof FormPartEvent form ? form.value().length() : event.content().readableByteCount();
    }

    /** Frees the content of an event; that of a form field is on the heap. */
    public static void release(PartEvent event) {
        if (!(event instanceof FormPartEvent)) {
            DataBufferUtils.release(event.content());
        }
    }

    /** Frees all that is in a queue, and what comes into it meanwhile. */
    static void release(Queue<DataBuffer> queue) {
        for (DataBuffer buffer = queue.poll(); buffer != null; buffer = queue.poll()) {
            DataBufferUtils.release(buffer);
        }
    }
}
