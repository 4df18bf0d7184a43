/**
 * Speaks to one io_uring: fills its submission queue, enters it, copies its completions out.
 *
 * <p><b>Threads:</b> a ring belongs to the thread that enables it. Only {@code Ring.wake()} and the
 * immutable values (features, capacities) may be used by others.
 */
@NullMarked
package io.github.reactoruring.internal.ring;

import org.jspecify.annotations.NullMarked;
