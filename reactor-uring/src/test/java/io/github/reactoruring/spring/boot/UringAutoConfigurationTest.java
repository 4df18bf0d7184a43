package io.github.reactoruring.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.http.codec.CodecCustomizer;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.ResolvableType;
import org.springframework.core.codec.DataBufferEncoder;
import org.springframework.core.io.Resource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ClientCodecConfigurer;
import org.springframework.http.codec.CodecConfigurer;
import org.springframework.http.codec.EncoderHttpMessageWriter;
import org.springframework.http.codec.HttpMessageWriter;
import org.springframework.http.codec.ResourceHttpMessageWriter;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.http.codec.json.JacksonJsonEncoder;
import org.springframework.web.reactive.config.WebFluxConfigurer;

import io.github.reactoruring.Uring;
import io.github.reactoruring.micrometer.UringMetrics;
import io.github.reactoruring.spring.DisconnectedClientExceptionHandler;
import io.github.reactoruring.spring.UringDataBufferHttpMessageWriter;
import io.github.reactoruring.spring.UringResourceHttpMessageWriter;
import io.github.reactoruring.spring.WholeBodyDecorator;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.micrometer.core.instrument.MeterRegistry;

@NeedsUring
class UringAutoConfigurationTest {

    private final ReactiveWebApplicationContextRunner application = new ReactiveWebApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(UringAutoConfiguration.class, UringHealthAutoConfiguration.class,
                    UringWebFluxAutoConfiguration.class));

    @Test
    void springBootFindsAllOfIt() {
        assertThat(ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader()))
                .contains(UringAutoConfiguration.class.getName(), UringHealthAutoConfiguration.class.getName(),
                        UringWebFluxAutoConfiguration.class.getName());
    }

    @Test
    void aRingLivesAsLongAsTheApplication() {
        Uring[] ring = new Uring[1];
        application.run(context -> {
            ring[0] = context.getBean(Uring.class);
            assertThat(ring[0].isDisposed()).isFalse();
            assertThat(ring[0].stats().timings()).as("for the meters").isNotNull();
            assertThat(context).hasSingleBean(UringResourceHttpMessageWriter.class)
                    .hasSingleBean(UringMetrics.class).hasBean("uringHealthIndicator");
            assertThat(context.getBean(UringLifecycle.class).isRunning()).isTrue();
        });

        assertThat(ring[0].isDisposed()).isTrue();
        assertThat(ring[0].stats().inFlight()).as("the end waits for the kernel").isZero();
    }

    @Test
    void theRingEndsAfterTheServerAndWhateverUsesIt() {
        application.run(context -> {
            UringLifecycle lifecycle = context.getBean(UringLifecycle.class);
            // Phases stop from the highest down; the server's is 2048 below the highest.
            assertThat(lifecycle.getPhase()).isLessThan(Integer.MAX_VALUE - 2048);
            assertThat(lifecycle.isPauseable()).isFalse();
        });
    }

    @Test
    void thePropertiesAreThoseOfTheBuilder() {
        application.withPropertyValues("reactor-uring.name=mine", "reactor-uring.rings=2",
                "reactor-uring.submission-entries=64", "reactor-uring.completion-entries=256",
                "reactor-uring.cancel-policy=per-request", "reactor-uring.timings=false",
                "reactor-uring.close-timeout=3s",
                "reactor-uring.web.chunk-size=16KB", "reactor-uring.web.max-in-flight=32KB").run(context -> {
                    assertThat(context.getBean(Uring.class)).hasToString("Uring(mine)");
                    assertThat(context.getBean(Uring.class).stats().timings()).isNull();
                    assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
                            .anyMatch(name -> name.startsWith("uring-mine-") && name.endsWith("2"));
                    UringProperties properties = context.getBean(UringProperties.class);
                    assertThat(properties.cancelPolicy()).isEqualTo(UringProperties.Cancels.PER_REQUEST);
                    assertThat(properties.closeTimeout()).isEqualTo(Duration.ofSeconds(3));
                    assertThat(properties.web().chunkSize().toKilobytes()).isEqualTo(16);
                });
    }

    /** By the name that it has in application.properties, which is not that of the builder's method. */
    @Test
    void aWrongPropertyStopsTheStartAndIsNamed() {
        for (String[] wrong : new String[][]{
                {"reactor-uring.rings", "0", "1 to 1024"},
                {"reactor-uring.name", "my ring", "letters, digits"},
                {"reactor-uring.submission-entries", "0", "1 to 32768"},
                {"reactor-uring.completion-entries", "1", "2 to 65536"},
                {"reactor-uring.completion-entries", "256", "no fewer than reactor-uring.submission-entries, 512"},
                {"reactor-uring.close-timeout", "-1s", "zero or more"},
                {"reactor-uring.web.chunk-size", "0", "1 byte or more"},
                {"reactor-uring.web.chunk-size", "2GB", "less than 2 GB"},
                {"reactor-uring.web.max-in-flight", "3GB", "less than 2 GB"},
                {"reactor-uring.web.max-in-flight", "1KB", "no less than reactor-uring.web.chunk-size, 65536B"}}) {
            application.withPropertyValues(wrong[0] + "=" + wrong[1]).run(context -> assertThat(context).getFailure()
                    .rootCause().isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class, cause -> {
                        assertThat(cause.getName()).isEqualTo(wrong[0]);
                        assertThat(cause.getReason()).contains(wrong[2]);
                    }));
        }
    }

    @Test
    void nothingIsThereWhenSwitchedOff() {
        application.withPropertyValues("reactor-uring.enabled=false").run(context -> assertThat(context)
                .hasNotFailed().doesNotHaveBean(Uring.class).doesNotHaveBean(UringAvailability.class)
                .doesNotHaveBean(ReactiveHealthIndicator.class).doesNotHaveBean(CodecCustomizer.class)
                .doesNotHaveBean(WebFluxConfigurer.class)
                .doesNotHaveBean(UringMetrics.class));
    }

    @Test
    void onlyTheWebIsLeftAloneWhenThatIsSwitchedOff() {
        application.withPropertyValues("reactor-uring.web.enabled=false").run(context -> assertThat(context)
                .hasSingleBean(Uring.class).doesNotHaveBean(CodecCustomizer.class)
                .doesNotHaveBean(WebFluxConfigurer.class)
                .doesNotHaveBean(UringResourceHttpMessageWriter.class));
    }

    @Test
    void bodiesAreCheckedUnlessThatIsSwitchedOff() {
        application.run(context -> assertThat(context).hasSingleBean(WholeBodyDecorator.class));
        application.withPropertyValues("reactor-uring.web.check-bodies=false")
                .run(context -> assertThat(context).doesNotHaveBean(WholeBodyDecorator.class));
    }

    @Test
    void theApplicationsOwnBeansComeFirst() {
        application.withUserConfiguration(OwnBeans.class).run(context -> {
            assertThat(context.getBean(Uring.class)).hasToString("Uring(own)");
            assertThat(context).doesNotHaveBean(UringLifecycle.class).doesNotHaveBean(UringAvailability.class);
            assertThat(context.getBean(UringResourceHttpMessageWriter.class)).isSameAs(context.getBean("ownWriter"));
            assertThat(context.getBean(UringMetrics.class)).isSameAs(context.getBean("ownMetrics"));
        });
    }

    @Test
    void theWriterComesBeforeSpringsOwn() {
        application.run(context -> {
            assertThat(ours(first(Codecs.ofServer(context), Resource.class)))
                    .isSameAs(context.getBean(UringResourceHttpMessageWriter.class));
            assertThat(ours(first(Codecs.ofServer(context), DataBuffer.class)))
                    .isInstanceOf(UringDataBufferHttpMessageWriter.class);
        });
    }

    @Test
    void aClientHasTheWriterToo() {
        application.run(context -> {
            ClientCodecConfigurer codecs = ClientCodecConfigurer.create();
            context.getBean(CodecCustomizer.class).customize(codecs);

            assertThat(ours(first(codecs, Resource.class)))
                    .isSameAs(context.getBean(UringResourceHttpMessageWriter.class));
            assertThat(ours(first(codecs, DataBuffer.class))).isInstanceOf(UringDataBufferHttpMessageWriter.class);
        });
    }

    /** A client's builder is the application's last: it has been through Spring Boot's hands, and ours, by then. */
    @Test
    void aWriterThatIsRegisteredBehindOursComesFirstToo() {
        application.run(context -> {
            for (CodecConfigurer codecs : List.of(ClientCodecConfigurer.create(), Codecs.ofServer(context))) {
                context.getBean(CodecCustomizer.class).customize(codecs);
                codecs.defaultCodecs().maxInMemorySize(1_000_000);
                codecs.getWriters();
                codecs.customCodecs().register(new OwnWriter());
                codecs.customCodecs().register(new OwnBufferEncoder());

                assertThat(first(codecs, Resource.class)).isInstanceOf(OwnWriter.class);
                assertThat(first(codecs, DataBuffer.class)).isInstanceOfSatisfying(EncoderHttpMessageWriter.class,
                        writer -> assertThat(writer.getEncoder()).isInstanceOf(OwnBufferEncoder.class));
            }
        });
    }

    /** A codec for anything comes behind Spring's own for resources, and so behind ours. */
    @Test
    void aWriterOfAnythingDoesNotTakeOursAway() {
        application.run(context -> {
            ClientCodecConfigurer codecs = ClientCodecConfigurer.create();
            context.getBean(CodecCustomizer.class).customize(codecs);
            codecs.customCodecs().register(new EncoderHttpMessageWriter<>(new JacksonJsonEncoder()));

            assertThat(ours(first(codecs, Resource.class)))
                    .isSameAs(context.getBean(UringResourceHttpMessageWriter.class));
        });
    }

    /** Whoever chose a writer himself gets it, wherever he says so, with no thought of an order. */
    @Test
    void aWriterThatTheApplicationRegistersComesFirst() {
        for (Class<?> own : new Class<?>[]{OwnWriterByCustomizer.class, OwnWriterByConfigurer.class}) {
            application.withUserConfiguration(own)
                    .run(context -> assertThat(first(Codecs.ofServer(context), Resource.class)).as(own.getSimpleName())
                            .isInstanceOf(OwnWriter.class));
        }
    }

    @Test
    void ofTwoRingsThePrimaryIsUsedOrNone() {
        application.withUserConfiguration(TwoRings.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBeanProvider(UringResourceHttpMessageWriter.class).getIfAvailable()).isNull();
            assertThat(context.getBeanProvider(UringMetrics.class).getIfAvailable()).isNull();
        });
        application.withUserConfiguration(TwoRings.class, PrimaryRing.class).run(context -> {
            assertThat(context).hasNotFailed().hasSingleBean(UringResourceHttpMessageWriter.class);
            assertThat(context.getBean(ReactiveHealthIndicator.class).health().block().getStatus())
                    .isEqualTo(Status.UP);
        });
    }

    /** Returns what writes such a body, as WebFlux and a WebClient look for it. */
    private static HttpMessageWriter<?> first(CodecConfigurer codecs, Class<?> type) {
        return codecs.getWriters().stream()
                .filter(writer -> writer.canWrite(ResolvableType.forClass(type), MediaType.TEXT_PLAIN))
                .findFirst().orElseThrow();
    }

    private static HttpMessageWriter<?> ours(HttpMessageWriter<?> writer) {
        assertThat(writer).isInstanceOf(SpareWriter.class);
        return ((SpareWriter<?>) writer).writer();
    }

    @Test
    void healthTellsOfTheRingAndCanBeSwitchedOff() {
        application.run(context -> {
            ReactiveHealthIndicator health = context.getBean(ReactiveHealthIndicator.class);
            assertThat(health.health().block().getStatus()).isEqualTo(Status.UP);
            context.getBean(Uring.class).disposeLater().block();
            assertThat(health.health().block().getStatus()).isEqualTo(Status.DOWN);
        });
        application.withPropertyValues("management.health.uring.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(ReactiveHealthIndicator.class));
    }

    @Test
    void startsWithoutHealthAndMetricsOnTheClassPath() {
        application.withClassLoader(new FilteredClassLoader(ReactiveHealthIndicator.class, MeterRegistry.class,
                io.micrometer.core.instrument.binder.MeterBinder.class))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(Uring.class)
                        .hasSingleBean(UringResourceHttpMessageWriter.class)
                        .doesNotHaveBean("uringHealthIndicator").doesNotHaveBean("uringMetrics"));
    }

    @Test
    void startsOnAServerOtherThanNetty() {
        application.withClassLoader(new FilteredClassLoader("reactor.netty", "io.netty"))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(UringResourceHttpMessageWriter.class)
                        .doesNotHaveBean(DisconnectedClientExceptionHandler.class));
        application.run(context -> assertThat(context).hasSingleBean(DisconnectedClientExceptionHandler.class));
    }

    static class OwnWriter extends ResourceHttpMessageWriter {
    }

    static class OwnBufferEncoder extends DataBufferEncoder {
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnWriterByCustomizer {

        @Bean
        CodecCustomizer ownCodecs() {
            return configurer -> configurer.customCodecs().register(new OwnWriter());
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnWriterByConfigurer implements WebFluxConfigurer {

        @Override
        public void configureHttpMessageCodecs(ServerCodecConfigurer configurer) {
            configurer.customCodecs().register(new OwnWriter());
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class TwoRings {

        @Bean(destroyMethod = "dispose")
        Uring one() {
            return Uring.builder("one").build();
        }

        @Bean(destroyMethod = "dispose")
        Uring other() {
            return Uring.builder("other").build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class PrimaryRing {

        @Bean(destroyMethod = "dispose")
        @Primary
        Uring first() {
            return Uring.builder("first").build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnBeans {

        @Bean(destroyMethod = "dispose")
        Uring ownRing() {
            return Uring.builder("own").build();
        }

        @Bean
        UringResourceHttpMessageWriter ownWriter(Uring uring) {
            return new UringResourceHttpMessageWriter(uring);
        }

        @Bean
        UringMetrics ownMetrics(Uring uring) {
            return new UringMetrics(uring, "own");
        }
    }
}
