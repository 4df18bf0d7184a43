/**
 * Puts a ring, a loop and a driver together: opens the rings of a Uring, and explains why there are none to be had.
 *
 * <p><b>Threads:</b> any; each ring belongs to the driver that turns its loop.
 */
@NullMarked
package io.github.reactoruring.internal.engine;

import org.jspecify.annotations.NullMarked;
