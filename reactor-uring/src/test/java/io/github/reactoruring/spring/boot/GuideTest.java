package io.github.reactoruring.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.context.annotation.Bean;

/** Whoever adds the library finds in the guide all that it adds, and how to switch it off. */
class GuideTest {

    private static final Path CHAPTER = Path.of("docs", "guide", "11-spring-webflux.md");

    @ParameterizedTest
    @MethodSource
    void theListOfWhatChangesNamesEachBean(Class<?> bean) throws IOException {
        assertThat(section("## What changes when you add it")).contains(bean.getSimpleName());
    }

    static Stream<Class<?>> theListOfWhatChangesNamesEachBean() {
        return Stream.of(UringAutoConfiguration.OwnRing.class, UringAutoConfiguration.Metrics.class,
                UringHealthAutoConfiguration.class, UringMultipartAutoConfiguration.class,
                UringWebFluxAutoConfiguration.class)
                .flatMap(configuration -> Stream.of(configuration.getDeclaredMethods()))
                .filter(method -> method.isAnnotationPresent(Bean.class)).map(Method::getReturnType)
                .filter(type -> type.getName().startsWith("io.github.reactoruring."))
                .filter(type -> !List.of(UringAvailability.class, PartReaders.class).contains(type));
    }

    @Test
    void theTableHasEachProperty() throws IOException {
        assertThat(section("## Properties")).contains(properties("reactor-uring.", UringProperties.class).toList());
    }

    private static Stream<String> properties(String prefix, Class<?> type) {
        return Stream.of(type.getRecordComponents()).flatMap(component -> component.getType().isRecord()
                ? properties(prefix + name(component) + ".", component.getType())
                : Stream.of("`" + prefix + name(component) + "`"));
    }

    private static String name(RecordComponent component) {
        return component.getName().replaceAll("([A-Z])", "-$1").toLowerCase();
    }

    private static String section(String heading) throws IOException {
        String chapter = Files.readString(CHAPTER);
        int start = chapter.indexOf(heading + "\n");
        assertThat(start).as(heading).isNotNegative();
        return chapter.substring(start, chapter.indexOf("\n## ", start + 1));
    }
}
