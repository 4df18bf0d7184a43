/**
 * Reads: a file in order and ahead of demand, at a position, a pipe as it comes; and makes text of it.
 *
 * <p><b>Threads:</b> as the kit, {@code internal.source}.
 */
@NullMarked
package io.github.reactoruring.internal.source.read;

import org.jspecify.annotations.NullMarked;
