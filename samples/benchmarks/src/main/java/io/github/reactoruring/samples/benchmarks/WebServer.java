package io.github.reactoruring.samples.benchmarks;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.KeyManagerFactory;

import org.springframework.http.codec.HttpMessageWriter;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.web.reactive.function.server.HandlerStrategies;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** Runs WebFlux on Reactor Netty at a free port of 127.0.0.1, as Spring Boot does. */
record WebServer(DisposableServer server, String url) implements AutoCloseable {

    /** Serves {@code routes}; writers are asked before Spring's own. */
    static WebServer start(RouterFunction<?> routes, List<HttpMessageWriter<?>> writers) {
        return start("http", routes, writers, HttpServer.create());
    }

    /** Serves them under TLS. */
    static WebServer start(RouterFunction<?> routes, List<HttpMessageWriter<?>> writers, SslContext tls) {
        return start("https", routes, writers, HttpServer.create().secure(spec -> spec.sslContext(tls)));
    }

    private static WebServer start(String scheme, RouterFunction<?> routes, List<HttpMessageWriter<?>> writers,
            HttpServer server) {
        Consumer<ServerCodecConfigurer> codecs = configurer -> writers
                .forEach(writer -> configurer.customCodecs().register(writer));
        ReactorHttpHandlerAdapter handler = new ReactorHttpHandlerAdapter(
                RouterFunctions.toHttpHandler(routes, HandlerStrategies.builder().codecs(codecs).build()));
        DisposableServer bound = server.host("127.0.0.1").port(0).handle(handler).bindNow();
        return new WebServer(bound, scheme + "://127.0.0.1:" + bound.port());
    }

    /** Makes a certificate for localhost in {@code directory}. */
    static SslContext certificate(Path directory) throws Exception {
        Path keys = directory.resolve("keys.p12");
        Tool.output(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair",
                "-keystore",
                keys.toString(), "-storetype", "PKCS12", "-storepass", "changeit", "-alias", "key", "-keyalg", "EC",
                "-dname", "CN=localhost"));
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream input = Files.newInputStream(keys)) {
            store.load(input, "changeit".toCharArray());
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, "changeit".toCharArray());
        return SslContextBuilder.forServer(factory).build();
    }

    @Override
    public void close() {
        server.disposeNow();
    }
}
