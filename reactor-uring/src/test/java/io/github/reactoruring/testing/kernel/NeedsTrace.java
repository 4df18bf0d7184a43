package io.github.reactoruring.testing.kernel;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/** Marks tests that read the kernel's own trace: skipped, with the reason, without root, tracefs or io_uring. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("trace")
@Tag("kernel")
@ExtendWith(KernelConditions.Trace.class)
public @interface NeedsTrace {
}
