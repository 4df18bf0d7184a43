/**
 * Implements the facets, by putting the publishers on a ring.
 *
 * <p><b>Threads:</b> any.
 */
@NullMarked
package io.github.reactoruring.internal.facet;

import org.jspecify.annotations.NullMarked;
