package io.github.reactoruring.spring.boot;

import org.springframework.boot.http.codec.CodecCustomizer;
import org.springframework.context.ApplicationContext;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.web.reactive.config.WebFluxConfigurer;

/** Configures a server's codecs as WebFlux and Spring Boot do. */
final class Codecs {

    private Codecs() {
    }

    /** Applies the customizers, which Spring Boot does first, and then the configurers, each in their order. */
    static ServerCodecConfigurer ofServer(ApplicationContext context) {
        ServerCodecConfigurer codecs = ServerCodecConfigurer.create();
        context.getBeanProvider(CodecCustomizer.class).orderedStream().forEach(each -> each.customize(codecs));
        context.getBeanProvider(WebFluxConfigurer.class).orderedStream()
                .forEach(each -> each.configureHttpMessageCodecs(codecs));
        return codecs;
    }
}
