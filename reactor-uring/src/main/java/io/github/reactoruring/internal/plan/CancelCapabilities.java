package io.github.reactoruring.internal.plan;

/**
 * Says which cancel keys the running kernel takes, as probed.
 *
 * @param allAndFd {@code ALL} and {@code FD}, Linux 5.19; without it every cancel is by {@code user_data}
 * @param fixedFd {@code FD_FIXED}, Linux 6.0
 * @param opcode {@code OP}, Linux 6.6
 */
public record CancelCapabilities(boolean allAndFd, boolean fixedFd, boolean opcode) {

    boolean canMatchFile(boolean fixed) {
        return allAndFd && (!fixed || fixedFd);
    }

    boolean canMatchOpcode() {
        return allAndFd && opcode;
    }
}
