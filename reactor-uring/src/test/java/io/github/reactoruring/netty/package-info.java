/**
 * Tests {@code NettyBuffers}: who owns a ByteBuf when, and that none leaks.
 *
 * <p>Each with Netty's leak detector on.
 */
package io.github.reactoruring.netty;
