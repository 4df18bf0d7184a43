/**
 * Tests files on a filesystem that answers when the test says so: a hung disk, a lost NFS server.
 *
 * <p>Over FUSE, from {@code testing.fuse}; needs root.
 */
package io.github.reactoruring.file.slow;
