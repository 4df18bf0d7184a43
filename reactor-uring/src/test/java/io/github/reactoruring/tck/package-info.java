/**
 * Runs the Reactive Streams TCK over the sources, one class each.
 *
 * <p>On the real kernel; what is optional there and not done here is skipped by the TCK.
 */
package io.github.reactoruring.tck;
