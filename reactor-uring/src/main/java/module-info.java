/**
 * Provides Project Reactor sources over a shared Linux io_uring.
 */
module io.github.reactoruring {
    requires transitive reactor.core;
    requires transitive org.reactivestreams;
    requires org.jctools.core;
    requires static transitive org.jspecify;
    requires static io.netty.buffer;
    requires static io.netty.common;
    requires static io.netty.transport;
    requires static reactor.netty.core;
    requires static reactor.netty.http;
    requires static micrometer.core;
    requires static spring.beans;
    requires static spring.boot;
    requires static spring.boot.autoconfigure;
    requires static spring.boot.health;
    requires static spring.boot.http.codec;
    requires static spring.context;
    requires static spring.core;
    requires static spring.web;
    requires static spring.webflux;

    exports io.github.reactoruring;
    exports io.github.reactoruring.buffer;
    exports io.github.reactoruring.file;
    exports io.github.reactoruring.micrometer;
    exports io.github.reactoruring.netty;
    exports io.github.reactoruring.raw;
    exports io.github.reactoruring.spring;
    exports io.github.reactoruring.spring.boot;
    exports io.github.reactoruring.time;
}
