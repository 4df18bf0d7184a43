package io.github.reactoruring.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.http.codec.CodecCustomizer;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.webflux.autoconfigure.ReactiveMultipartAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.ResolvableType;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ClientCodecConfigurer;
import org.springframework.http.codec.CodecConfigurer;
import org.springframework.http.codec.HttpMessageReader;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.http.codec.multipart.DefaultPartHttpMessageReader;
import org.springframework.http.codec.multipart.MultipartHttpMessageReader;
import org.springframework.http.codec.multipart.Part;
import org.springframework.http.codec.multipart.PartEvent;
import org.springframework.web.reactive.config.WebFluxConfigurer;

import io.github.reactoruring.Uring;
import io.github.reactoruring.spring.MultipartCleanupFilter;
import io.github.reactoruring.spring.ReleasingPartEventHttpMessageReader;
import io.github.reactoruring.spring.UringPartHttpMessageReader;
import io.github.reactoruring.testing.kernel.NeedsUring;

@NeedsUring
class UringMultipartAutoConfigurationTest {

    private final ReactiveWebApplicationContextRunner application = new ReactiveWebApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(UringAutoConfiguration.class,
                    UringMultipartAutoConfiguration.class, ReactiveMultipartAutoConfiguration.class));

    @Test
    void springBootFindsIt() {
        assertThat(ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader()))
                .contains(UringMultipartAutoConfiguration.class.getName());
    }

    @Test
    void partsAndEventsAreReadByOurReaders() {
        application.run(context -> {
            ServerCodecConfigurer codecs = Codecs.ofServer(context);
            UringPartHttpMessageReader reader = context.getBean(UringPartHttpMessageReader.class);

            assertThat(first(codecs, MultipartHttpMessageReader.class).getPartReader()).isSameAs(reader);
            assertThat(reading(codecs, Part.class)).isSameAs(reader);
            assertThat(reading(codecs, PartEvent.class)).isInstanceOf(ReleasingPartEventHttpMessageReader.class);
            assertThat(context).hasSingleBean(MultipartCleanupFilter.class);
        });
    }

    @Test
    void springBootsPropertiesReachThem(@TempDir Path directory) {
        application.withPropertyValues("spring.webflux.multipart.max-in-memory-size=33KB",
                "spring.webflux.multipart.file-storage-directory=" + directory.resolve("made")).run(context -> {
                    ServerCodecConfigurer codecs = Codecs.ofServer(context);

                    assertThat(context.getBean(UringPartHttpMessageReader.class).getMaxInMemorySize())
                            .isEqualTo(33 * 1024);
                    assertThat(directory.resolve("made")).isDirectory();
                    assertThat(first(codecs, ReleasingPartEventHttpMessageReader.class).getMaxInMemorySize())
                            .isEqualTo(33 * 1024);
                });
    }

    /** What a client is set up with must not become the server's, or remove what it has stored. */
    @Test
    void aClientIsLeftAlone(@TempDir Path directory) {
        application.withPropertyValues("spring.webflux.multipart.file-storage-directory=" + directory).run(context -> {
            Codecs.ofServer(context);
            ClientCodecConfigurer client = ClientCodecConfigurer.create();
            context.getBeanProvider(CodecCustomizer.class).orderedStream().forEach(each -> each.customize(client));

            assertThat(client.getReaders()).noneMatch(reader -> reader instanceof UringPartHttpMessageReader
                    || reader instanceof ReleasingPartEventHttpMessageReader
                    || reader instanceof MultipartHttpMessageReader multipart
                            && multipart.getPartReader() instanceof UringPartHttpMessageReader);
        });
    }

    /** A management server, say: what it allows must not be what the application's own allows. */
    @Test
    void noReaderIsSharedBetweenServers() {
        application.run(context -> {
            ServerCodecConfigurer one = Codecs.ofServer(context);
            UringPartHttpMessageReader bean = context.getBean(UringPartHttpMessageReader.class);
            ServerCodecConfigurer other = Codecs.ofServer(context);
            UringPartHttpMessageReader others = (UringPartHttpMessageReader) first(other,
                    MultipartHttpMessageReader.class).getPartReader();
            // Behind Spring Boot's, which sets what spring.webflux.multipart says.
            other.defaultCodecs().configureDefaultCodec(codec -> {
                if (codec instanceof DefaultPartHttpMessageReader parts) {
                    parts.setMaxInMemorySize(17);
                }
            });

            assertThat(others).isNotSameAs(bean).isSameAs(reading(other, Part.class));
            assertThat(others.getMaxInMemorySize()).isEqualTo(17);
            assertThat(bean.getMaxInMemorySize()).isEqualTo(256 * 1024);
            assertThat(first(one, MultipartHttpMessageReader.class).getPartReader()).isSameAs(bean);
            assertThat(reading(one, Part.class)).isSameAs(bean);
        });
    }

    @Test
    void springsOwnIsLeftWhenItIsSwitchedOff() {
        application.withPropertyValues("reactor-uring.multipart.enabled=false").run(context -> {
            assertThat(context).hasSingleBean(Uring.class).doesNotHaveBean(UringPartHttpMessageReader.class)
                    .doesNotHaveBean(MultipartCleanupFilter.class);
            assertThat(first(Codecs.ofServer(context), MultipartHttpMessageReader.class).getPartReader().getClass())
                    .isEqualTo(DefaultPartHttpMessageReader.class);
        });
        application.withPropertyValues("reactor-uring.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(UringPartHttpMessageReader.class));
    }

    @Test
    void theApplicationsOwnReaderComesFirst() {
        application.withUserConfiguration(OwnReader.class).run(context -> {
            UringPartHttpMessageReader own = context.getBean(UringPartHttpMessageReader.class);

            assertThat(own).isSameAs(context.getBean("ownReader"));
            assertThat(first(Codecs.ofServer(context), MultipartHttpMessageReader.class).getPartReader()).isSameAs(own);
        });
    }

    /** Whoever chose a reader himself gets it, wherever he says so, with no thought of an order. */
    @Test
    void aReaderThatTheApplicationRegistersComesFirst() {
        for (Class<?> own : new Class<?>[]{ReadersByCustomizer.class, ReadersByConfigurer.class}) {
            application.withUserConfiguration(own).run(context -> {
                ServerCodecConfigurer codecs = Codecs.ofServer(context);
                assertThat(reading(codecs, Part.class)).as(own.getSimpleName())
                        .isExactlyInstanceOf(DefaultPartHttpMessageReader.class);
                assertThat(first(codecs, MultipartHttpMessageReader.class).getPartReader()).as(own.getSimpleName())
                        .isExactlyInstanceOf(DefaultPartHttpMessageReader.class);
            });
        }
    }

    private static HttpMessageReader<?> reading(ServerCodecConfigurer codecs, Class<?> type) {
        return codecs.getReaders().stream()
                .filter(reader -> reader.canRead(ResolvableType.forClass(type), MediaType.MULTIPART_FORM_DATA))
                .findFirst().orElseThrow();
    }

    private static <T extends HttpMessageReader<?>> T first(ServerCodecConfigurer codecs, Class<T> type) {
        return codecs.getReaders().stream().filter(type::isInstance).map(type::cast).findFirst().orElseThrow();
    }

    private static void registerOwn(CodecConfigurer codecs) {
        codecs.customCodecs().register(new DefaultPartHttpMessageReader());
        codecs.defaultCodecs().multipartReader(new MultipartHttpMessageReader(new DefaultPartHttpMessageReader()));
    }

    @Configuration(proxyBeanMethods = false)
    static class ReadersByCustomizer {

        @Bean
        CodecCustomizer ownCodecs() {
            return UringMultipartAutoConfigurationTest::registerOwn;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ReadersByConfigurer implements WebFluxConfigurer {

        @Override
        public void configureHttpMessageCodecs(ServerCodecConfigurer configurer) {
            registerOwn(configurer);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnReader {

        @Bean
        UringPartHttpMessageReader ownReader(Uring uring) {
            return new UringPartHttpMessageReader(uring);
        }
    }
}
