/**
 * Tests {@code uring.raw()} by what the kernel says: results, polls, sockets.
 *
 * <p>Each operation on the real kernel.
 */
package io.github.reactoruring.raw;
