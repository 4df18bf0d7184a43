/** Serves one directory over HTTP by the ring, and shows the ring at work. */
@NullMarked
package io.github.reactoruring.samples.webflux;

import org.jspecify.annotations.NullMarked;
