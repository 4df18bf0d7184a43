/**
 * Tests the auto-configuration: which beans appear when, and how an application starts, stops and starts again.
 *
 * <p>By ApplicationContextRunner, or with a whole application.
 */
package io.github.reactoruring.spring.boot;
