/**
 * Tests who turns a ring's loop: an event loop of somebody else's, beside the thread of our own that all other tests use.
 *
 * <p>On the real kernel.
 */
package io.github.reactoruring.internal.engine;
