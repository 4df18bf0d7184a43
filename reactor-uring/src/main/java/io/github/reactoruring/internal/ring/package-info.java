/**
 * Holds what any ring is: the port between the loop and whoever serves its SQEs.
 *
 * <p><b>Threads:</b> a ring belongs to the thread that enables it. Only {@code Ring.wake()} and the
 * immutable values (features, capacities) may be used by others.
 */
@NullMarked
package io.github.reactoruring.internal.ring;

import org.jspecify.annotations.NullMarked;
