/**
 * What the Spring integration has in common: which resources are files, buffers, and bodies that are paced.
 *
 * <p><b>Threads:</b> any.
 */
@NullMarked
package io.github.reactoruring.internal.spring;

import org.jspecify.annotations.NullMarked;
