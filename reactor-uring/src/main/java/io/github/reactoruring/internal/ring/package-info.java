/**
 * Holds what any ring is: the port between the loop and whoever serves its SQEs and makes the descriptors that they name.
 *
 * <p><b>Threads:</b> a ring belongs to the thread that enables it. Only {@code Ring.wake()}, the
 * {@code Descriptors} and the immutable values (features, capacities) may be used by others.
 */
@NullMarked
package io.github.reactoruring.internal.ring;

import org.jspecify.annotations.NullMarked;
