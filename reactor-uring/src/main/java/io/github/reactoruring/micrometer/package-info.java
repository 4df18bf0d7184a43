/**
 * Shows what a ring has done as Micrometer's meters. Optional: needs micrometer-core.
 *
 * <p><b>Threads:</b> any.
 */
@NullMarked
package io.github.reactoruring.micrometer;

import org.jspecify.annotations.NullMarked;
