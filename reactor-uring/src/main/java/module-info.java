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

    exports io.github.reactoruring;
    exports io.github.reactoruring.buffer;
    exports io.github.reactoruring.file;
    exports io.github.reactoruring.netty;
    exports io.github.reactoruring.raw;
    exports io.github.reactoruring.time;
}
