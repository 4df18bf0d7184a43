/**
 * The process as a test sees it: JVMs of its own, descriptors, what the system denies it.
 *
 * <p>For what cannot be done, or undone, inside the JVM of the tests.
 */
@NullMarked
package io.github.reactoruring.testing.process;

import org.jspecify.annotations.NullMarked;
