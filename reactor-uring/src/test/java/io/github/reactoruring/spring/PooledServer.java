package io.github.reactoruring.spring;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelOption;

/** Gives a server an allocator of its own, which tells how much of its memory is in use. */
@SpringBootConfiguration(proxyBeanMethods = false)
class PooledServer {

    @Bean
    PooledByteBufAllocator allocator() {
        return new PooledByteBufAllocator(true);
    }

    @Bean
    WebServerFactoryCustomizer<NettyReactiveWebServerFactory> allocating(PooledByteBufAllocator allocator) {
        return factory -> factory
                .addServerCustomizers(server -> server.childOption(ChannelOption.ALLOCATOR, allocator));
    }
}
