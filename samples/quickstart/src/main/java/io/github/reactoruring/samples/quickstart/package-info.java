/**
 * Shows the library at work in one small program.
 *
 * <p><b>Threads:</b> {@code main} waits; files are read on the ring's thread, hashed and reported on Reactor's own.
 */
@NullMarked
package io.github.reactoruring.samples.quickstart;

import org.jspecify.annotations.NullMarked;
