package io.github.reactoruring.samples.webflux;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

import io.github.reactoruring.Uring;

/** Marks tests in a browser: skipped, with the reason, without Chromium, its driver or io_uring. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("browser")
@Tag("kernel")
@ExtendWith(NeedsBrowser.Condition.class)
@interface NeedsBrowser {

    /** Decides, and says what is missing. */
    final class Condition implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return missing().map(ConditionEvaluationResult::disabled)
                    .orElseGet(() -> ConditionEvaluationResult.enabled("what it needs is here"));
        }

        private static Optional<String> missing() {
            Throwable cause = Uring.unavailabilityCause();
            return cause != null
                    ? Optional.of("io_uring is not to be had: " + cause.getMessage())
                    : Stream.of(Browser.CHROMIUM, Browser.DRIVER).filter(program -> !Files.isExecutable(program))
                            .findFirst().map(program -> "there is no " + program
                                    + "; Debian has it in the packages chromium and chromium-driver");
        }
    }
}
