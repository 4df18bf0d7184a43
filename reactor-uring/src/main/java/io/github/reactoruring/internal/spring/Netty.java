package io.github.reactoruring.internal.spring;

import org.springframework.util.ClassUtils;

/** Says whether Reactor Netty is there. */
final class Netty {

    static final boolean PRESENT = ClassUtils.isPresent("reactor.netty.Connection", Netty.class.getClassLoader());

    private Netty() {
    }
}
