/**
 * Takes uploads apart, and stores their parts.
 *
 * <p><b>Threads:</b> those of the body's publisher, one signal after another, and of the subscriber's requests.
 */
@NullMarked
package io.github.reactoruring.internal.spring.multipart;

import org.jspecify.annotations.NullMarked;
