/**
 * Runs random programs of subscribe, request and dispose against a kernel of random behaviour, and checks what must hold
 * whatever happens. Everything follows from a seed, so that what fails can be run again, and made smaller.
 *
 * <p><b>Threads:</b> one; "another thread" is acted by the same.
 */
@NullMarked
package io.github.reactoruring.simulation;

import org.jspecify.annotations.NullMarked;
