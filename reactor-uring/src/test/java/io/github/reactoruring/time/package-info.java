/**
 * Tests {@code uring.timers()}.
 *
 * <p>On the real kernel.
 */
package io.github.reactoruring.time;
