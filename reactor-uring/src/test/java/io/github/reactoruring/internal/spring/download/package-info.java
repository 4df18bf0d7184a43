/**
 * Tests which ranges a request is given.
 *
 * <p>Pure.
 */
package io.github.reactoruring.internal.spring.download;
