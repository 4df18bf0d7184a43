/**
 * Watches directories, and follows files that grow.
 *
 * <p><b>Threads:</b> as the kit, {@code internal.source}.
 */
@NullMarked
package io.github.reactoruring.internal.source.watch;

import org.jspecify.annotations.NullMarked;
