/**
 * Works on names: looks at, makes, renames and removes what is in directories, and walks trees of them; asks for the
 * status of what is open.
 *
 * <p><b>Threads:</b> as the kit, {@code internal.source}; what the ring has no operation for runs where it may block.
 */
@NullMarked
package io.github.reactoruring.internal.source.path;

import org.jspecify.annotations.NullMarked;
