/** Tests what raw operations mean, without a ring. */
@NullMarked
package io.github.reactoruring.internal.source.raw;

import org.jspecify.annotations.NullMarked;
