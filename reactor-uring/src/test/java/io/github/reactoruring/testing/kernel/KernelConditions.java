package io.github.reactoruring.testing.kernel;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

import io.github.reactoruring.testing.fuse.SlowFileSystem;

/** Decides what can run here, and says what is missing for what cannot. */
public final class KernelConditions {

    private KernelConditions() {
    }

    /** Returns why there is no io_uring here, or null. */
    public static @Nullable String uringMissing() {
        Throwable cause = io.github.reactoruring.Uring.unavailabilityCause();
        return cause == null ? null : "io_uring is not to be had: " + cause.getMessage();
    }

    private static ConditionEvaluationResult evaluate(@Nullable String missing) {
        return missing == null
                ? ConditionEvaluationResult.enabled("what it needs is here")
                : ConditionEvaluationResult.disabled(missing);
    }

    /** Needs io_uring. */
    static final class Uring implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return evaluate(uringMissing());
        }
    }

    /** Needs io_uring, and to be allowed to mount FUSE. */
    public static final class Fuse implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            String missing = uringMissing();
            return evaluate(missing != null ? missing : SlowFileSystem.missing());
        }
    }

    /** Needs io_uring and its tracepoints. */
    static final class Trace implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            String missing = uringMissing();
            return evaluate(missing != null ? missing : TraceInstance.missing());
        }
    }
}
