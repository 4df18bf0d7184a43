/**
 * Conditions on the kernel, witnesses of what it did, and things of its own to do it to: pipes, sockets, raw
 * operations.
 *
 * <p>The trace is the kernel's own ({@code KernelTrace}): needs root and tracefs.
 */
@NullMarked
package io.github.reactoruring.testing.kernel;

import org.jspecify.annotations.NullMarked;
