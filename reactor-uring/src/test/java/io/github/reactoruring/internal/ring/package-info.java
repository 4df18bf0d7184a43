/**
 * States what any ring does, as contracts that the rings in the packages below run, and tests what they share.
 *
 * <p>See {@code .kernel} and {@code .scripted}.
 */
package io.github.reactoruring.internal.ring;
