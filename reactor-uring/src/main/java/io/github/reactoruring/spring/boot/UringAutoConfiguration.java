package io.github.reactoruring.spring.boot;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnJava;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.system.JavaVersion;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

import io.github.reactoruring.Uring;
import io.github.reactoruring.micrometer.UringMetrics;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Opens a ring for the application, unless it has a {@link Uring} of its own or {@code reactor-uring.enabled=false}.
 *
 * <p>Where io_uring is not to be had the application starts all the same, and one warning says why: there is no
 * {@link Uring} bean then. Ask for it by {@code @Nullable Uring} or {@code ObjectProvider<Uring>};
 * {@link io.github.reactoruring.spring.UringDataBuffers} takes both.
 */
@AutoConfiguration
@ConditionalOnJava(JavaVersion.TWENTY_FIVE)
@ConditionalOnBooleanProperty(name = "reactor-uring.enabled", matchIfMissing = true)
@EnableConfigurationProperties(UringProperties.class)
public final class UringAutoConfiguration {

    /** For Spring Boot. */
    public UringAutoConfiguration() {
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingBean(Uring.class)
    static final class OwnRing {

        // Not lazy: whoever looks for the warning looks at the start.
        @Bean
        @Lazy(false)
        UringAvailability uringAvailability(UringProperties properties) {
            return UringAvailability.open(properties);
        }

        @Bean(destroyMethod = "dispose")
        @Nullable
        Uring uring(UringAvailability availability) {
            return availability.uring();
        }

        @Bean
        @Nullable
        UringLifecycle uringLifecycle(UringAvailability availability, UringProperties properties) {
            Uring uring = availability.uring();
            if (properties.closeTimeout().isNegative()) {
                throw Setting.refused("close-timeout", properties.closeTimeout(), "It must be zero or more.");
            }
            return uring == null ? null : new UringLifecycle(uring, properties.closeTimeout());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterBinder.class)
    static final class Metrics {

        @Bean
        @ConditionalOnMissingBean
        @Nullable
        UringMetrics uringMetrics(ObjectProvider<Uring> uring, UringProperties properties) {
            Uring ring = uring.getIfUnique();
            return ring == null ? null : new UringMetrics(ring, properties.name());
        }
    }
}
