package io.github.reactoruring.testing.fuse;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

import io.github.reactoruring.testing.kernel.KernelConditions;

/** Marks tests on a {@link SlowFileSystem}: skipped, with the reason, without root, /dev/fuse or io_uring. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("kernel")
@ExtendWith(KernelConditions.Fuse.class)
public @interface NeedsFuse {
}
