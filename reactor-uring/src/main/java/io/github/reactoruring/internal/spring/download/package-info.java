/**
 * Sends files as responses: whole, in part, in several parts.
 *
 * <p><b>Threads:</b> any; nothing here is confined to one.
 */
@NullMarked
package io.github.reactoruring.internal.spring.download;

import org.jspecify.annotations.NullMarked;
