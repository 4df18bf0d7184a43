/**
 * Tests {@code uring.files()} and {@code uring.fileSystem()} as users call them, on files, pipes and directories of
 * the real kernel.
 *
 * <p>What a test makes lies in a directory of its own.
 */
package io.github.reactoruring.file;
