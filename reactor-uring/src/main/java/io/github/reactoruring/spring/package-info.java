/**
 * Reads and writes files for Spring WebFlux on the ring. Optional: needs spring-web, and reactor-netty-http where Netty is
 * the server.
 *
 * <p><b>Threads:</b> any. What is read is signalled on a ring's thread; WebFlux's server takes it over to its event loop.
 */
@NullMarked
package io.github.reactoruring.spring;

import org.jspecify.annotations.NullMarked;
