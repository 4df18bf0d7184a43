package io.github.reactoruring.architecture;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.module.Configuration;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

import org.jctools.queues.MessagePassingQueue;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Publisher;

import io.github.reactoruring.Uring;
import reactor.core.publisher.Flux;

/** Puts the built classes on a module path with exactly the library's mandatory dependencies. */
class ModulePathTest {

    private static final String NAME = "io.github.reactoruring";
    private static final Path CLASSES = Path.of(System.getProperty("basedir", "")).resolve("target/classes");
    /** Their libraries are optional, so their classes need not link here. */
    private static final Set<String> INTEGRATIONS = Set.of(NAME + ".netty", NAME + ".spring", NAME + ".micrometer",
            NAME + ".internal.spring");

    @Test
    void exportsEveryPublicPackageAndNothingInternal() {
        ModuleDescriptor descriptor = layer().findModule(NAME).orElseThrow().getDescriptor();

        Set<String> exported = descriptor.exports().stream().map(ModuleDescriptor.Exports::source).collect(toSet());
        Set<String> withPublicTypes = allClassNames().stream()
                .filter(c -> !c.endsWith(".package-info"))
                .map(c -> c.substring(0, c.lastIndexOf('.')))
                .filter(p -> !p.startsWith(NAME + ".internal"))
                .collect(toSet());

        assertThat(descriptor.isOpen()).isFalse();
        assertThat(descriptor.opens()).isEmpty();
        assertThat(descriptor.exports()).noneMatch(ModuleDescriptor.Exports::isQualified);
        assertThat(exported).isEqualTo(withPublicTypes);
    }

    @Test
    void linksEveryClassWithoutOptionalDependencies() {
        Module module = layer().findModule(NAME).orElseThrow();

        assertThat(classNames()).isNotEmpty().allSatisfy(name -> assertThatCode(() -> link(module, name))
                .doesNotThrowAnyException());
    }

    /** javac wants what a module passes on even where it is optional. */
    @Test
    void letsAUsersModuleCompileWithoutOptionalDependencies(@TempDir Path directory) throws IOException {
        assertThat(compiled(directory, "reactor.core.publisher.Flux<?> read(" + NAME + ".Uring uring) {"
                + " return uring.files().read(java.nio.file.Path.of(\"x\")); }")).isDirectory();
    }

    @Test
    void letsAUsersModuleRunWithoutOptionalDependencies(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("file.txt"), "ten bytes.");
        Path out = compiled(directory,
                "public static void main(String[] a) { var ring = " + NAME + ".Uring.isAvailable();"
                        + " if (!ring) { System.out.print(-1); return; }"
                        + " System.out.print(" + NAME + ".Uring.shared().files().read(java.nio.file.Path.of(a[0]))"
                        + ".map(b -> b.remaining()).reduce(0, Integer::sum).block()); }");

        Process user = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=" + NAME, "--module-path", out + File.pathSeparator + modulePath(), "-m",
                "user/user.User", file.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();

        assertThat(user.getInputStream().readAllBytes()).asString().isEqualTo(Uring.isAvailable() ? "10" : "-1");
        assertThat(user.waitFor()).isZero();
    }

    private static Path compiled(Path directory, String body) throws IOException {
        Path module = Files.writeString(directory.resolve("module-info.java"),
                "module user { requires " + NAME + "; }");
        Path user = Files.writeString(Files.createDirectory(directory.resolve("user")).resolve("User.java"),
                "package user; public class User { " + body + " }");
        Path out = directory.resolve("out");
        StringWriter said = new StringWriter();

        boolean compiled = ToolProvider.getSystemJavaCompiler().getTask(said, null, null,
                List.of("-proc:none", "--module-path", modulePath(), "-d", out.toString()), null,
                ToolProvider.getSystemJavaCompiler().getStandardFileManager(null, null, null)
                        .getJavaFileObjects(module, user))
                .call();

        assertThat(compiled).as("%s", said).isTrue();
        return out;
    }

    private static String modulePath() {
        return Stream.of(CLASSES, homeOf(Flux.class), homeOf(Publisher.class),
                homeOf(MessagePassingQueue.class), homeOf(NullMarked.class))
                .map(Path::toString).collect(joining(File.pathSeparator));
    }

    private static void link(Module module, String name) {
        Class<?> type = Class.forName(module, name);
        assertThat(type).as(name).isNotNull();
        assertThat(type.getModule()).isSameAs(module);
        type.getDeclaredMethods();
        type.getDeclaredFields();
        type.getDeclaredConstructors();
    }

    private static ModuleLayer layer() {
        ModuleFinder finder = ModuleFinder.of(CLASSES, homeOf(Flux.class), homeOf(Publisher.class),
                homeOf(MessagePassingQueue.class), homeOf(NullMarked.class));
        Configuration configuration = ModuleLayer.boot().configuration()
                .resolve(finder, ModuleFinder.of(), Set.of(NAME));
        return ModuleLayer.defineModulesWithOneLoader(configuration, List.of(ModuleLayer.boot()),
                ClassLoader.getPlatformClassLoader()).layer();
    }

    private static List<String> classNames() {
        return allClassNames().stream()
                .filter(c -> INTEGRATIONS.stream().noneMatch(i -> c.startsWith(i + ".")))
                .toList();
    }

    private static List<String> allClassNames() {
        try (ModuleReader reader = ModuleFinder.of(CLASSES).find(NAME).orElseThrow().open()) {
            return reader.list()
                    .filter(r -> r.endsWith(".class") && !r.equals("module-info.class"))
                    .map(r -> r.substring(0, r.length() - ".class".length()).replace('/', '.'))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path homeOf(Class<?> type) {
        try {
            Path home = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
            assertThat(Files.exists(home)).as("%s", home).isTrue();
            return home;
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
