/**
 * Makes any operation a publisher: one-shot, multishot, linked; and cancels and changes them explicitly.
 *
 * <p><b>Threads:</b> as the kit, {@code internal.source}.
 */
@NullMarked
package io.github.reactoruring.internal.source.raw;

import org.jspecify.annotations.NullMarked;
