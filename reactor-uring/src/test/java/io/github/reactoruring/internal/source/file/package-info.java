/**
 * Tests what is known of filesystems that may block.
 *
 * <p>Without a ring.
 */
package io.github.reactoruring.internal.source.file;
