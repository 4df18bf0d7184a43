/**
 * What the Spring integration has in common: which resources are files, buffers, bodies that are paced, and the drain.
 *
 * <p><b>Threads:</b> any. The signals of one source come one after another; what several threads may do to it at once goes
 * through a {@link io.github.reactoruring.internal.spring.Drain}.
 */
@NullMarked
package io.github.reactoruring.internal.spring;

import org.jspecify.annotations.NullMarked;
