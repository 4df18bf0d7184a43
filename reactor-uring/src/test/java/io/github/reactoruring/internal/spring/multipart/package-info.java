/**
 * Tests what a body's sources do with subscribers who break the rules.
 *
 * <p>Without a server and without a ring, each source by itself; what they do otherwise is tested through the readers.
 */
package io.github.reactoruring.internal.spring.multipart;
