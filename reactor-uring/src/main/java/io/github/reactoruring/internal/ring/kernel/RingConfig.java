package io.github.reactoruring.internal.ring.kernel;

/**
 * Says how large a ring should be, and as which kernel's.
 *
 * @param submissionEntries SQEs, rounded up to a power of two by the kernel
 * @param completionEntries CQEs, likewise; also sets the number of hash buckets a cancel by user_data uses
 * @param view which kernel's features to use
 */
public record RingConfig(int submissionEntries, int completionEntries, KernelView view) {
}
