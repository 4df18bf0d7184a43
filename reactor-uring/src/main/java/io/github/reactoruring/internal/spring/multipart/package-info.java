/**
 * Takes uploads apart, and stores their parts.
 *
 * <p><b>Threads:</b> any: those of the body's publisher, of the ring that writes a file, of handlers, and of whoever requests
 * or cancels. What several may do to one body at once goes through a {@link io.github.reactoruring.internal.spring.Drain}.
 */
@NullMarked
package io.github.reactoruring.internal.spring.multipart;

import org.jspecify.annotations.NullMarked;
