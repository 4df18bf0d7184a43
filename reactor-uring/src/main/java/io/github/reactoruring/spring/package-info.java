/**
 * Reads and writes files for Spring WebFlux on the ring: the classes that users name. Optional: needs spring-web, and
 * reactor-netty-http where Netty is the server.
 *
 * <p><b>Threads:</b> any, once it is set up. What the ring reads is signalled on its thread; WebFlux's server takes it over to
 * its event loop.
 */
@NullMarked
package io.github.reactoruring.spring;

import org.jspecify.annotations.NullMarked;
