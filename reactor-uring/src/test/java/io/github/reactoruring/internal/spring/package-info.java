/**
 * Tests how bodies are paced, and the drain that Spring's sources share.
 *
 * <p>Without a server, by an outlet of the test.
 */
package io.github.reactoruring.internal.spring;
