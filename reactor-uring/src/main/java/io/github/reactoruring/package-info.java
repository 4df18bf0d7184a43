/**
 * Holds the entry to the library and the vocabulary that every other package shares.
 *
 * <p>Everything here may be called from any thread.
 */
@NullMarked
package io.github.reactoruring;

import org.jspecify.annotations.NullMarked;
