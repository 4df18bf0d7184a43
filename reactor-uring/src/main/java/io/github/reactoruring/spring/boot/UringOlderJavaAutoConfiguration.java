package io.github.reactoruring.spring.boot;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnJava;
import org.springframework.boot.system.JavaVersion;

import reactor.util.Loggers;

/**
 * Says on an older Java why the library is not used. The only class that such a JVM can load, and so the only one that is
 * compiled for Java 17, by the pom; Spring reads the conditions of the others without loading them.
 */
@AutoConfiguration
@ConditionalOnJava(range = ConditionalOnJava.Range.OLDER_THAN, value = JavaVersion.TWENTY_FIVE)
@ConditionalOnBooleanProperty(name = "reactor-uring.enabled", matchIfMissing = true)
public final class UringOlderJavaAutoConfiguration {

    /** For Spring Boot. */
    public UringOlderJavaAutoConfiguration() {
        Loggers.getLogger(UringOlderJavaAutoConfiguration.class)
                .warn("Files are served by Spring's own means, not by io_uring. reactor-uring needs Java 25 or newer, and"
                        + " this is Java " + System.getProperty("java.version")
                        + ". (To silence this: reactor-uring.enabled=false)");
    }
}
