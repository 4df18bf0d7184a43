/**
 * Tests that a cancel ends what was disposed of, and nothing else, in every form the kernel has.
 *
 * <p>On the real kernel, many of them read from its own trace.
 */
package io.github.reactoruring.cancellation;
