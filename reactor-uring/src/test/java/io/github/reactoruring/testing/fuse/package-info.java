/**
 * A filesystem whose answers come when the test says so.
 *
 * <p>Mounted over /dev/fuse, without a library; needs root.
 */
@NullMarked
package io.github.reactoruring.testing.fuse;

import org.jspecify.annotations.NullMarked;
