/**
 * Configures a Spring Boot 4 application: a ring that lives as long as the application, the writer of its files, health
 * and metrics. Optional: needs spring-boot-autoconfigure.
 *
 * <p><b>Threads:</b> those of the application context.
 */
@NullMarked
package io.github.reactoruring.spring.boot;

import org.jspecify.annotations.NullMarked;
