/**
 * Tests how bodies are paced.
 *
 * <p>Without a server, by an outlet of the test.
 */
package io.github.reactoruring.internal.spring;
