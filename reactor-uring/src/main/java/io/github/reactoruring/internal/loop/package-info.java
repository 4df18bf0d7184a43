/**
 * Drives one ring: what is in flight on it, and how disposals become cancels.
 *
 * <p>Only the thread that owns the ring may call in here, the mailbox and the wake-up excepted. The planner is pure,
 * but reads counts that only the owner may read.
 */
@NullMarked
package io.github.reactoruring.internal.loop;

import org.jspecify.annotations.NullMarked;
