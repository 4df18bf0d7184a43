/**
 * Sends files as responses: whole, in part, in several parts.
 *
 * <p><b>Threads:</b> any.
 */
@NullMarked
package io.github.reactoruring.internal.spring.download;

import org.jspecify.annotations.NullMarked;
