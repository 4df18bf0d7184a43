/**
 * Opens files, and does to an open one all that is not reading or writing.
 *
 * <p><b>Threads:</b> as the kit, {@code internal.source}.
 */
@NullMarked
package io.github.reactoruring.internal.source.file;

import org.jspecify.annotations.NullMarked;
