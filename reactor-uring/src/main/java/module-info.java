/**
 * Provides Project Reactor sources over a shared Linux io_uring.
 */
module io.github.reactoruring {
    requires transitive reactor.core;
    requires transitive org.reactivestreams;
    requires org.jctools.core;
    requires static transitive org.jspecify;
    requires static transitive io.netty.buffer;
    requires static io.netty.common;
    requires static io.netty.transport;
    requires static reactor.netty.core;
    requires static reactor.netty.http;
    requires static transitive micrometer.core;
    requires static transitive spring.beans;
    requires static transitive spring.boot;
    requires static transitive spring.boot.autoconfigure;
    requires static transitive spring.boot.health;
    requires static transitive spring.boot.http.codec;
    requires static transitive spring.context;
    requires static transitive spring.core;
    requires static transitive spring.web;
    requires static transitive spring.webflux;

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
