/**
 * Decides which cancel SQEs end exactly the requests that were disposed of. Pure: it reads counts, and changes
 * nothing.
 *
 * <p><b>Threads:</b> that of the loop whose counts it reads.
 */
@NullMarked
package io.github.reactoruring.internal.plan;

import org.jspecify.annotations.NullMarked;
