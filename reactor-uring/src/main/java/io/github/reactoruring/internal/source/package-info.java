/**
 * The kit: how a request, or a row of them, becomes a publisher.
 *
 * <p><b>Threads:</b> {@code subscribe}, {@code request} and {@code cancel} any; signals are emitted by the owner
 * thread of the ring, one after another.
 */
@NullMarked
package io.github.reactoruring.internal.source;

import org.jspecify.annotations.NullMarked;
