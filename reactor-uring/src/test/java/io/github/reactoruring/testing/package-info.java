/**
 * Helps the tests: conditions on which they run, waits, and witnesses of what the library and the kernel did.
 *
 * <p>For the tests' own threads, unless a class says otherwise.
 */
@NullMarked
package io.github.reactoruring.testing;

import org.jspecify.annotations.NullMarked;
