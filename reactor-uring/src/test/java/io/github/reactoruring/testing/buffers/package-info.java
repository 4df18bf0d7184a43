/**
 * Buffers and sources that notice who frees what, when, and how often.
 *
 * <p>For the sources under test; any thread.
 */
@NullMarked
package io.github.reactoruring.testing.buffers;

import org.jspecify.annotations.NullMarked;
