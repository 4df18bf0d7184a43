package io.github.reactoruring.spring.boot;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
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
import org.springframework.http.codec.CodecConfigurer;
import org.springframework.http.codec.ResourceHttpMessageWriter;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import org.springframework.web.reactive.handler.AbstractUrlHandlerMapping;
import org.springframework.web.reactive.resource.ResourceWebHandler;

import io.github.reactoruring.Uring;
import io.github.reactoruring.internal.spring.Utf8PathResourceResolver;
import io.github.reactoruring.spring.BodyEndingFilter;
import io.github.reactoruring.spring.DisconnectedClientExceptionHandler;
import io.github.reactoruring.spring.UringDataBufferHttpMessageWriter;
import io.github.reactoruring.spring.UringResourceHttpMessageWriter;
import io.github.reactoruring.spring.WholeBodyDecorator;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * Serves files by the ring in a WebFlux application: those that annotated and functional endpoints return, and the static
 * resources. Says so in the log. Does nothing where there is no ring, or with {@code reactor-uring.web.enabled=false}.
 */
@AutoConfiguration(after = UringAutoConfiguration.class)
@ConditionalOnJava(JavaVersion.TWENTY_FIVE)
@ConditionalOnClass({CodecCustomizer.class, ResourceWebHandler.class})
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnBooleanProperty(name = {"reactor-uring.enabled", "reactor-uring.web.enabled"}, matchIfMissing = true)
public final class UringWebFluxAutoConfiguration {

    private static final Logger LOG = Loggers.getLogger(UringWebFluxAutoConfiguration.class);

    /** For Spring Boot. */
    public UringWebFluxAutoConfiguration() {
    }

    @Bean
    @ConditionalOnMissingBean
    @Nullable
    UringResourceHttpMessageWriter uringResourceHttpMessageWriter(ObjectProvider<Uring> uring,
            UringProperties properties) {
        Uring ring = uring.getIfUnique();
        if (ring == null) {
            if (uring.stream().count() > 1) {
                LOG.warn(
                        "reactor-uring: files are served by Spring's own means, since there is more than one Uring bean:"
                                + " mark the one to be used with @Primary");
            }
            return null;
        }
        int chunkBytes = Setting.bytes("web.chunk-size", properties.web().chunkSize());
        int maxInFlightBytes = maxInFlightBytes(properties);
        if (maxInFlightBytes < chunkBytes) {
            throw Setting.refused("web.max-in-flight", properties.web().maxInFlight(),
                    "It must be no less than reactor-uring.web.chunk-size, " + properties.web().chunkSize() + ".");
        }
        UringResourceHttpMessageWriter writer = new UringResourceHttpMessageWriter(ring, chunkBytes, maxInFlightBytes);
        // Not where the ring is opened: it may be the application's own, and not every application serves files.
        LOG.info("reactor-uring: files are served by io_uring, through " + ring);
        return writer;
    }

    /** Behind all that the application registers itself: what it chose comes first. */
    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    WebFluxConfigurer uringWebFluxConfigurer(ObjectProvider<UringResourceHttpMessageWriter> writer,
            UringProperties properties) {
        return new WebFluxConfigurer() {
            @Override
            public void configureHttpMessageCodecs(ServerCodecConfigurer configurer) {
                register(configurer, writer, properties);
            }
        };
    }

    /** For clients; a server's codecs are configured above, since a WebFluxConfigurer comes after any customizer. */
    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    CodecCustomizer uringCodecCustomizer(ObjectProvider<UringResourceHttpMessageWriter> writer,
            UringProperties properties) {
        return configurer -> {
            if (!(configurer instanceof ServerCodecConfigurer)) {
                register(configurer, writer, properties);
            }
        };
    }

    private static void register(CodecConfigurer configurer, ObjectProvider<UringResourceHttpMessageWriter> writer,
            UringProperties properties) {
        writer.ifAvailable(resources -> {
            SpareWriter.ofResources(configurer, resources);
            SpareWriter.ofBuffers(configurer, new UringDataBufferHttpMessageWriter(maxInFlightBytes(properties)));
        });
    }

    /** Helps without a ring as well: Spring's own way to store a body fails with it in the same manner. */
    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnClass(name = "reactor.netty.http.server.HttpServerRequest")
    DisconnectedClientExceptionHandler uringDisconnectedClientExceptionHandler() {
        return new DisconnectedClientExceptionHandler();
    }

    /** Helps without a ring as well: whoever stores the body, a cut one is not to count as whole. */
    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBooleanProperty(name = "reactor-uring.web.check-bodies", matchIfMissing = true)
    WholeBodyDecorator uringWholeBodyDecorator() {
        return new WholeBodyDecorator();
    }

    /** Helps without a ring as well: it is Spring that leaves a body as it is. */
    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBooleanProperty(name = "reactor-uring.web.end-bodies", matchIfMissing = true)
    BodyEndingFilter uringBodyEndingFilter() {
        return new BodyEndingFilter();
    }

    /** Static resources have a writer of their own, which no configurer can reach. */
    @Bean
    static BeanPostProcessor uringResourceHandlerPostProcessor(ObjectProvider<UringResourceHttpMessageWriter> writer) {
        return new ResourceHandlers(writer);
    }

    private static int maxInFlightBytes(UringProperties properties) {
        return Setting.bytes("web.max-in-flight", properties.web().maxInFlight());
    }

    private record ResourceHandlers(
            ObjectProvider<UringResourceHttpMessageWriter> writer) implements BeanPostProcessor {

        @Override
        public Object postProcessAfterInitialization(Object bean, String beanName) {
            if (bean instanceof AbstractUrlHandlerMapping mapping) {
                mapping.getHandlerMap().values().forEach(this::equip);
            } else {
                equip(bean);
            }
            return bean;
        }

        private void equip(Object handler) {
            if (!(handler instanceof ResourceWebHandler resources)) {
                return;
            }
            Utf8PathResourceResolver.equip(resources);
            if (hasDefaultWriter(resources)) {
                writer.ifAvailable(resources::setResourceHttpMessageWriter);
            }
        }

        /** Whoever has set another has a reason. */
        private static boolean hasDefaultWriter(ResourceWebHandler resources) {
            ResourceHttpMessageWriter present = resources.getResourceHttpMessageWriter();
            return present == null || present.getClass() == ResourceHttpMessageWriter.class;
        }
    }
}
