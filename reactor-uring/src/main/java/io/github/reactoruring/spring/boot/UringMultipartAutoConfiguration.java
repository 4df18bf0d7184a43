package io.github.reactoruring.spring.boot;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnJava;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.http.codec.CodecCustomizer;
import org.springframework.boot.system.JavaVersion;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.http.codec.multipart.MultipartHttpMessageReader;
import org.springframework.web.reactive.config.WebFluxConfigurer;

import io.github.reactoruring.Uring;
import io.github.reactoruring.spring.DeletingMultipartHttpMessageReader;
import io.github.reactoruring.spring.MultipartCleanupFilter;
import io.github.reactoruring.spring.ReleasingPartEventHttpMessageReader;
import io.github.reactoruring.spring.UringPartHttpMessageReader;

/**
 * Stores the parts of multipart requests by the ring in a WebFlux application, with the settings that Spring Boot has for
 * its own reader, {@code spring.webflux.multipart.*}. Leaves them to Spring's own where there is no ring, or with
 * {@code reactor-uring.multipart.enabled=false}.
 */
@AutoConfiguration(after = UringAutoConfiguration.class)
@ConditionalOnJava(JavaVersion.TWENTY_FIVE)
@ConditionalOnClass({CodecCustomizer.class, MultipartHttpMessageReader.class, WebFluxConfigurer.class})
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnBooleanProperty(name = {"reactor-uring.enabled",
        "reactor-uring.multipart.enabled"}, matchIfMissing = true)
public final class UringMultipartAutoConfiguration {

    /** For Spring Boot. */
    public UringMultipartAutoConfiguration() {
    }

    @Bean(destroyMethod = "close")
    PartReaders uringPartReaders(ObjectProvider<Uring> uring) {
        return new PartReaders(uring);
    }

    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    @Nullable
    UringPartHttpMessageReader uringPartHttpMessageReader(PartReaders readers) {
        return readers.first();
    }

    /** The default reader of forms, which the application's own customizers replace. A client's is left as it is. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    CodecCustomizer uringMultipartCodecCustomizer(ObjectProvider<UringPartHttpMessageReader> reader,
            PartReaders readers) {
        return configurer -> {
            if (configurer instanceof ServerCodecConfigurer server) {
                reader.ifAvailable(bean -> server.defaultCodecs()
                        .multipartReader(new DeletingMultipartHttpMessageReader(readers.of(server, bean))));
            }
        };
    }

    /**
     * The readers of parts and of part events, one by one; that of the events needs no ring. Behind all that the application
     * registers itself.
     */
    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    WebFluxConfigurer uringMultipartWebFluxConfigurer(ObjectProvider<UringPartHttpMessageReader> reader,
            PartReaders readers) {
        return new WebFluxConfigurer() {
            @Override
            public void configureHttpMessageCodecs(ServerCodecConfigurer configurer) {
                configurer.customCodecs().registerWithDefaultConfig(new ReleasingPartEventHttpMessageReader());
                reader.ifAvailable(bean -> configurer.customCodecs().register(readers.of(configurer, bean)));
            }
        };
    }

    /** Helps without a ring as well: Spring's own temporary files stay in the same manner. */
    @Bean
    @ConditionalOnMissingBean
    MultipartCleanupFilter uringMultipartCleanupFilter() {
        return new MultipartCleanupFilter();
    }
}
