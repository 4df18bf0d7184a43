/**
 * Keeps the memory that reads fill and writes take from: registered buffers, pooled chunks, loans that are gathered.
 *
 * <p><b>Threads:</b> the owner of the ring; giving a registered buffer back excepted, which any thread may.
 */
@NullMarked
package io.github.reactoruring.internal.source.buffer;

import org.jspecify.annotations.NullMarked;
