/**
 * Tests the kernel's ring by the contract of all rings, and that the scripted kernel agrees with the real one.
 *
 * <p>On the real kernel.
 */
package io.github.reactoruring.internal.ring.kernel;
