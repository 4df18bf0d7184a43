/**
 * Reads straight into Netty's buffers. Optional: needs netty-buffer.
 *
 * <p><b>Threads:</b> any.
 */
@NullMarked
package io.github.reactoruring.netty;

import org.jspecify.annotations.NullMarked;
