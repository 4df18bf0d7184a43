/**
 * Implements the facets, and nothing else: each method puts a publisher on a ring.
 *
 * <p><b>Threads:</b> any.
 */
@NullMarked
package io.github.reactoruring.internal.facet;

import org.jspecify.annotations.NullMarked;
