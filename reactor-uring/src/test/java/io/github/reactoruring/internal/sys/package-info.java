/**
 * Tests the ABI and the system calls: layouts, numbers, errors.
 *
 * <p>Without a ring.
 */
package io.github.reactoruring.internal.sys;
