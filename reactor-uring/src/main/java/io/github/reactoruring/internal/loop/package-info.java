/**
 * Runs requests on a ring: mailbox, in-flight table, cancelling, and the turn that ties them together.
 *
 * <p><b>Threads:</b> everything belongs to the loop's owner thread, except {@code EventLoop.execute},
 * {@code Request.submit}, {@code Request.dispose}, {@code DisposalBatch} and the reading of statistics, which any
 * thread may use.
 */
@NullMarked
package io.github.reactoruring.internal.loop;

import org.jspecify.annotations.NullMarked;
