/**
 * Tells the time, by the kernel's timers.
 *
 * <p><b>Threads:</b> as the kit, {@code internal.source}.
 */
@NullMarked
package io.github.reactoruring.internal.source.time;

import org.jspecify.annotations.NullMarked;
