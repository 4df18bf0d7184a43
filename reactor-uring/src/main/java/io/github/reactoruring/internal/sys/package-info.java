/**
 * Holds the only code that leaves the JVM: system calls, memory mappings and the io_uring ABI.
 *
 * <p><b>Threads:</b> everything here is stateless and may be called from any thread; who may call
 * what when is the business of {@code internal.ring.kernel}.
 */
@NullMarked
package io.github.reactoruring.internal.sys;

import org.jspecify.annotations.NullMarked;
