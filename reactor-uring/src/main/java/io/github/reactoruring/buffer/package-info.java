/**
 * Says how a chunk is allocated, filled by the kernel, and handed on.
 *
 * <p><b>Threads:</b> a factory is called by ring threads and released to by any thread.
 */
@NullMarked
package io.github.reactoruring.buffer;

import org.jspecify.annotations.NullMarked;
