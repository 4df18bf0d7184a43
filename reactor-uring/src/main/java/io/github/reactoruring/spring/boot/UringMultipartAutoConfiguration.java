package io.github.reactoruring.spring.boot;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.http.codec.CodecCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.http.codec.multipart.MultipartHttpMessageReader;
import org.springframework.web.server.WebFilter;

import io.github.reactoruring.Uring;
import io.github.reactoruring.spring.MultipartCleanupFilter;
import io.github.reactoruring.spring.ReleasingPartEventHttpMessageReader;
import io.github.reactoruring.spring.UringPartHttpMessageReader;

/**
 * Stores the parts of multipart requests by the ring in a WebFlux application, with the settings that Spring Boot has for
 * its own reader, {@code spring.webflux.multipart.*}. Leaves them to Spring's own where there is no ring, or with
 * {@code reactor-uring.multipart.enabled=false}.
 */
@AutoConfiguration(after = UringAutoConfiguration.class)
@ConditionalOnClass({CodecCustomizer.class, MultipartHttpMessageReader.class, WebFilter.class})
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnBooleanProperty(name = {"reactor-uring.enabled",
        "reactor-uring.multipart.enabled"}, matchIfMissing = true)
public final class UringMultipartAutoConfiguration {

    /** For Spring Boot. */
    public UringMultipartAutoConfiguration() {
    }

    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    @Nullable
    UringPartHttpMessageReader uringPartHttpMessageReader(ObjectProvider<Uring> uring) {
        Uring ring = uring.getIfAvailable();
        return ring == null ? null : new UringPartHttpMessageReader(ring);
    }

    /**
     * Takes the place of the server's readers of multipart bodies, which Spring Boot configures, wherever that comes; that of
     * the events needs no ring. Comes before those without an order: who wants a reader of his own tried first orders his
     * customizer below 0.
     */
    @Bean
    @Order(0)
    CodecCustomizer uringMultipartCodecCustomizer(ObjectProvider<UringPartHttpMessageReader> reader) {
        return configurer -> {
            if (!(configurer instanceof ServerCodecConfigurer)) {
                // A client's settings are not those of the server, and must not become so.
                return;
            }
            configurer.customCodecs().registerWithDefaultConfig(new ReleasingPartEventHttpMessageReader());
            reader.ifAvailable(parts -> {
                configurer.defaultCodecs().multipartReader(new MultipartHttpMessageReader(parts));
                // For handlers that ask for the parts one by one.
                configurer.customCodecs().register(parts);
            });
        };
    }

    /** Helps without a ring as well: Spring's own temporary files stay in the same manner. */
    @Bean
    @ConditionalOnMissingBean
    MultipartCleanupFilter uringMultipartCleanupFilter() {
        return new MultipartCleanupFilter();
    }
}
