package io.github.reactoruring.internal.spring;

import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.web.reactive.resource.PathResourceResolver;
import org.springframework.web.reactive.resource.ResourceWebHandler;
import org.springframework.web.util.UriUtils;

import io.github.reactoruring.file.FileNames;
import reactor.core.publisher.Mono;

/**
 * Finds static resources by names in UTF-8 where the JVM's own charset for names is another, as under LC_ALL=C:
 * Spring's own finds nothing there whose name is not ASCII.
 */
public final class Utf8PathResourceResolver extends PathResourceResolver {

    private Utf8PathResourceResolver() {
    }

    /** Puts it in the place of Spring's own, where that would find less. */
    public static void equip(ResourceWebHandler handler) {
        if (FileNames.areUtf8() || handler.getResourceResolvers().stream()
                .noneMatch(resolver -> resolver.getClass() == PathResourceResolver.class)) {
            return;
        }
        handler.setResourceResolvers(handler.getResourceResolvers().stream()
                .map(resolver -> resolver.getClass() == PathResourceResolver.class
                        ? like((PathResourceResolver) resolver)
                        : resolver)
                .toList());
        try {
            handler.afterPropertiesSet();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static PathResourceResolver like(PathResourceResolver resolver) {
        Utf8PathResourceResolver another = new Utf8PathResourceResolver();
        another.setAllowedLocations(resolver.getAllowedLocations());
        return another;
    }

    @Override
    protected Mono<Resource> getResource(String resourcePath, Resource location) {
        Path directory = LocalFiles.pathOf(location);
        String name = decoded(resourcePath);
        if (directory == null || name.chars().allMatch(c -> c < 0x80)) {
            return super.getResource(resourcePath, location);
        }
        return Mono.defer(() -> {
            Path path;
            try {
                path = FileNames.resolve(directory, name).normalize();
            } catch (InvalidPathException e) {
                return Mono.empty();
            }
            Resource resource = new FileSystemResource(path);
            return path.startsWith(directory.normalize()) && resource.isReadable() ? Mono.just(resource) : Mono.empty();
        });
    }

    /** Decodes as Spring's own does; what cannot be decoded is left to that. */
    private static String decoded(String resourcePath) {
        try {
            return UriUtils.decode(resourcePath, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
