package io.github.reactoruring.spring.boot;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.io.DefaultResourceLoader;

import io.github.reactoruring.testing.process.Descriptors;
import reactor.core.scheduler.Schedulers;

/**
 * Restarts an application as Spring Boot's DevTools do, the library with it: each time in a class loader of its own, whose
 * parent keeps Spring, Netty and Reactor. Prints what is left of those before. Arguments: the directory, and how often.
 */
public final class RestartMain {

    private static final String OURS = "io.github.reactoruring.";
    private static final String APPLICATION = "io.github.reactoruring.spring.FileApplication";
    private static final int BLOCK_LONGS = 100_000;

    private RestartMain() {
    }

    /** Loads this project's classes itself, and everything else from its parent. */
    private static final class RestartLoader extends ClassLoader {

        RestartLoader(ClassLoader parent) {
            super("restart", parent);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(OURS)) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? define(name) : loaded;
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream bytes = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (bytes == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] code = bytes.readAllBytes();
                return defineClass(name, code, 0, code.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        startReactorsThreads();
        // What the parent keeps is there after the first.
        runOnce(Path.of(args[0]));
        Map<String, Integer> before = Descriptors.open();
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(args[1]); i++) {
            loaders.add(runOnce(Path.of(args[0])));
        }
        Descriptors.awaitNoMoreThan(before);
        System.out.println("restarts=" + loaders.size());
        System.out.println("ring threads=" + ringThreads());
        System.out.println("threads of an old class loader=" + threadsOfOldLoaders());
        clearSoftReferences();
        System.out.println("class loaders kept=" + loaders.stream().filter(loader -> loader.get() != null).count());
        System.exit(0);
    }

    /** Starts the application, uses it, and closes it. */
    private static WeakReference<ClassLoader> runOnce(Path directory) throws Exception {
        ClassLoader loader = new RestartLoader(RestartMain.class.getClassLoader());
        Thread main = Thread.currentThread();
        ClassLoader usual = main.getContextClassLoader();
        main.setContextClassLoader(loader);
        try {
            SpringApplication application = new SpringApplicationBuilder(new DefaultResourceLoader(loader),
                    loader.loadClass(APPLICATION)).build();
            try (ConfigurableApplicationContext context = application.run("--server.port=0",
                    "--server.address=127.0.0.1", "--test.directory=" + directory, "--spring.main.banner-mode=off",
                    "--logging.level.root=WARN", "--server.shutdown=immediate",
                    "--spring.reactor.netty.shutdown-quiet-period=0s")) {
                Object ring = context.getBean("uring");
                if (ring.getClass().getClassLoader() != loader) {
                    throw new IllegalStateException("the library is not of the restarted loader");
                }
                String url = "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port");
                try (InputStream body = URI.create(url + "/annotated/large.bin").toURL().openStream()) {
                    System.out
                            .println("served=" + body.readAllBytes().length + " by " + ringThreads() + " ring thread");
                }
            }
        } finally {
            main.setContextClassLoader(usual);
        }
        return new WeakReference<>(loader);
    }

    /** Reactor's own threads keep the context class loader of whoever first needs them: that is not to be an application. */
    private static void startReactorsThreads() {
        for (int i = 0; i < Schedulers.DEFAULT_POOL_SIZE; i++) {
            Schedulers.parallel().schedule(() -> {
            });
        }
        Schedulers.boundedElastic().schedule(() -> {
        });
    }

    private static long ringThreads() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("uring-"))
                .count();
    }

    private static List<String> threadsOfOldLoaders() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getContextClassLoader() instanceof RestartLoader
                        || thread.getClass().getClassLoader() instanceof RestartLoader)
                .map(Thread::getName).toList();
    }

    /** Does as DevTools do: soft references, of which Spring's caches are, go when memory does. */
    private static void clearSoftReferences() {
        try {
            List<long[]> memory = new ArrayList<>();
            while (true) {
                memory.add(new long[BLOCK_LONGS]);
            }
        } catch (OutOfMemoryError e) {
            System.gc();
        }
    }
}
