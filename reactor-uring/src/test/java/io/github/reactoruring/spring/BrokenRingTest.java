package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.ChildJvm;

/**
 * An application whose ring fails while it runs serves and stores files all the same. In a JVM of its own: Spring's own
 * means block where BlockHound watches, and lose buffers that the tests would be blamed for.
 */
@NeedsUring
@Tag("fault")
class BrokenRingTest {

    @ParameterizedTest
    @ValueSource(classes = {BrokenRingServing.class, BrokenRingUploads.class})
    void theSameApplicationPassesTheSameTestsOnceItsRingHasFailed(Class<?> tests) throws Exception {
        String output = new ChildJvm().with("-Xmx256m").run(FallbackMain.class, FallbackMain.ALLOWED, tests.getName());

        assertThat(output).containsPattern("succeeded=2[0-9] others=0");
        assertThat(output).contains("Ring uring-spring-1 failed with");
    }
}
