/**
 * The kernel's own ring: sets it up, fills its submission queue, enters it, copies its completions out; and asks the kernel
 * about descriptors. Nobody else makes a system call on a number.
 *
 * <p><b>Threads:</b> a ring belongs to the thread that enables it. Only {@code wake()} and {@code KernelDescriptors} may be
 * called by others.
 */
@NullMarked
package io.github.reactoruring.internal.ring.kernel;

import org.jspecify.annotations.NullMarked;
