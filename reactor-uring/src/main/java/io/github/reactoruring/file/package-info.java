/**
 * Reads and writes files and pipes on the ring.
 *
 * <p><b>Threads:</b> any.
 */
@NullMarked
package io.github.reactoruring.file;

import org.jspecify.annotations.NullMarked;
