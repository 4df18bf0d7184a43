/**
 * Submits any operation of io_uring, and gets its completions as they are.
 *
 * <p><b>Threads:</b> any.
 */
@NullMarked
package io.github.reactoruring.raw;

import org.jspecify.annotations.NullMarked;
