/**
 * Tells the time by the kernel's timers.
 *
 * <p><b>Threads:</b> any.
 */
@NullMarked
package io.github.reactoruring.time;

import org.jspecify.annotations.NullMarked;
