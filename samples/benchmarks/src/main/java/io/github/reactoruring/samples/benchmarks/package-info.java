/**
 * Measures the library against the bare ring it runs on, and against what the JDK and Spring offer.
 *
 * <p><b>Threads:</b> a comparison runs its variants one after another on the thread that calls it.
 */
@NullMarked
package io.github.reactoruring.samples.benchmarks;

import org.jspecify.annotations.NullMarked;
