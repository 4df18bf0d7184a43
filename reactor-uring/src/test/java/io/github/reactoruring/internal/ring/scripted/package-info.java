/**
 * A kernel written for the tests: a ring whose completions come when the test says so, and which refuses what the
 * kernel would.
 *
 * <p>Held to the contract of all rings, and to the kernel itself ({@code KernelAgreementTest}).
 */
package io.github.reactoruring.internal.ring.scripted;
