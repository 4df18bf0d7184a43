package io.github.reactoruring.internal.ring;

/**
 * Names what a ring may or may not have, with the version of the kernel that brought it. The version serves to see a
 * new kernel as an old one in tests, and errors to say what to run; on a real kernel every feature is probed.
 */
public enum RingFeature {

    /** Waits for a descriptor to become ready. */
    POLLS(5, 1),
    /** Starts a request when another has succeeded. */
    LINKS(5, 3),
    /** Completes when a time is over. */
    TIMERS(5, 4),
    /** Waits with a timeout (IORING_ENTER_EXT_ARG). */
    TIMED_WAIT(5, 11),
    /** Gives more than one completion for a request, as often as something happens. */
    MULTISHOT(5, 13),
    /** Drops the CQE of a successful request (IOSQE_CQE_SKIP_SUCCESS). */
    CQE_SKIP(5, 17),
    /** Goes on submitting after a bad SQE (IORING_SETUP_SUBMIT_ALL). */
    SUBMIT_ALL(5, 18),
    /** Enters by index instead of by descriptor (IORING_REGISTER_RING_FDS). */
    REGISTERED_RING(5, 18),
    /** Cancels by ALL, FD and ANY. */
    CANCEL_ALL_FD_ANY(5, 19),
    /** Runs task work only on entering, and says that some is pending. */
    COOP_TASKRUN(5, 19),
    /** Opens files into a table of the ring's own that begins empty, each into a slot that the kernel chooses. */
    DIRECT_DESCRIPTORS(5, 19),
    /** Knows buffers by number, in a table that may have holes. */
    BUFFER_TABLE(5, 19),
    /** Cancels by direct descriptor. */
    CANCEL_FD_FIXED(6, 0),
    /** Knows that one thread submits. */
    SINGLE_ISSUER(6, 0),
    /** Runs task work only when asked for events. */
    DEFER_TASKRUN(6, 1),
    /** Submits without the index array. */
    NO_SQARRAY(6, 6),
    /** Cancels by opcode, and by user_data together with other keys. */
    CANCEL_OP(6, 6),
    /** Sends a wake-up without a ring to send it from. */
    SEND_MSG_RING(6, 13);

    private final int since;

    RingFeature(int major, int minor) {
        since = version(major, minor);
    }

    /** Names the kernel that brought it. */
    public String kernel() {
        return "Linux " + since / 1000 + "." + since % 1000;
    }

    public boolean presentIn(int version) {
        return since <= version;
    }

    public static int version(int major, int minor) {
        return major * 1000 + minor;
    }
}
