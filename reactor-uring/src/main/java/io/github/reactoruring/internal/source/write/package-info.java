/**
 * Writes: what a Publisher emits, to a file or in the place of one, at a position, from another file.
 *
 * <p><b>Threads:</b> as the kit, {@code internal.source}; signals of the source that is written may come on any.
 */
@NullMarked
package io.github.reactoruring.internal.source.write;

import org.jspecify.annotations.NullMarked;
