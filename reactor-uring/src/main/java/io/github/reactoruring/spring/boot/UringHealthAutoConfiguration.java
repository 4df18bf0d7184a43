package io.github.reactoruring.spring.boot;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnJava;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import org.springframework.boot.system.JavaVersion;
import org.springframework.context.annotation.Bean;

import io.github.reactoruring.Uring;

/**
 * Adds {@code uring} to the application's health: UP with a ring that is open, FALLBACK where Spring's own means take its
 * place, which leaves the application as a whole UP; {@code management.health.uring.enabled=false} removes it.
 */
@AutoConfiguration(after = UringAutoConfiguration.class)
@ConditionalOnJava(JavaVersion.TWENTY_FIVE)
@ConditionalOnClass({ReactiveHealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBooleanProperty(name = "reactor-uring.enabled", matchIfMissing = true)
@ConditionalOnEnabledHealthIndicator("uring")
public final class UringHealthAutoConfiguration {

    /** For Spring Boot. */
    public UringHealthAutoConfiguration() {
    }

    @Bean
    @ConditionalOnMissingBean(name = {"uringHealthIndicator", "uringHealthContributor"})
    ReactiveHealthIndicator uringHealthIndicator(ObjectProvider<Uring> uring,
            ObjectProvider<UringAvailability> availability) {
        return new UringHealthIndicator(uring.getIfUnique(), availability.getIfAvailable());
    }
}
