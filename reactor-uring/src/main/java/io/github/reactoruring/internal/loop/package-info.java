/**
 * Drives one ring: the door that any thread hands work in by, and the turn in which the owner does it: what is in flight, and
 * how disposals become cancels.
 *
 * <p><b>Threads:</b> {@code EventLoop}, {@code DisposalBatch} and a request's {@code submit()} and {@code dispose()}: any.
 * {@code Turn} and all that it uses, callbacks included: the owner, which is the thread that started it.
 */
@NullMarked
package io.github.reactoruring.internal.loop;

import org.jspecify.annotations.NullMarked;
