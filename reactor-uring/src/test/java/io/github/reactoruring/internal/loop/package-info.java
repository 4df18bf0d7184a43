/**
 * Tests the loop turn by turn, on a ring that is scripted: disposals, pursuit, shutdown, failure.
 *
 * <p>One thread, but where the mailbox is tested.
 */
package io.github.reactoruring.internal.loop;
