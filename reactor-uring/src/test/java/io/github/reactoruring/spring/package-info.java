/**
 * Tests the Spring integration from outside: a server and its clients over a real connection, and each public class.
 *
 * <p>What runs where io_uring is forbidden runs in a JVM of its own ({@code FallbackMain}).
 */
package io.github.reactoruring.spring;
