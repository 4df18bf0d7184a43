/**
 * Configures a Spring Boot 4 application: a ring that lives as long as the application, the writer of its files, the reader
 * of its uploads, health and metrics. Optional: needs spring-boot-autoconfigure.
 *
 * <p><b>Threads:</b> those of the application context; the ring's health is asked for on any.
 */
@NullMarked
package io.github.reactoruring.spring.boot;

import org.jspecify.annotations.NullMarked;
