/**
 * Tests the meters and their tags.
 *
 * <p>On the real kernel.
 */
package io.github.reactoruring.micrometer;
