package io.github.reactoruring.spring;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.eclipse.jetty.compression.gzip.GzipCompression;
import org.eclipse.jetty.compression.server.CompressionConfig;
import org.eclipse.jetty.compression.server.CompressionHandler;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.JettyCoreHttpHandlerAdapter;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.http.server.reactive.ServletHttpHandlerAdapter;
import org.springframework.http.server.reactive.TomcatHttpHandlerAdapter;

import jakarta.servlet.Servlet;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

/** The servers that WebFlux runs on, each started by hand at a port of its own; text is compressed for who takes it so. */
enum ServerKind {
    REACTOR_NETTY, JETTY, JETTY_CORE, TOMCAT;

    private static final String TEXT = "text/plain";

    /** A server that runs, until it is closed. */
    record Running(int port, Stop stop, AtomicBoolean stopped) implements AutoCloseable {

        Running(int port, Stop stop) {
            this(port, stop, new AtomicBoolean());
        }

        @Override
        public void close() throws Exception {
            if (stopped.compareAndSet(false, true)) {
                stop.run();
            }
        }
    }

    /** Stops a server. */
    interface Stop {

        void run() throws Exception;
    }

    Running start(HttpHandler handler) throws Exception {
        return switch (this) {
            case REACTOR_NETTY -> netty(handler);
            case JETTY -> {
                ServletContextHandler context = new ServletContextHandler();
                ServletHolder servlet = new ServletHolder((Servlet) new ServletHttpHandlerAdapter(handler));
                servlet.setAsyncSupported(true);
                context.addServlet(servlet, "/*");
                yield jetty(context);
            }
            case JETTY_CORE -> jetty(new JettyCoreHttpHandlerAdapter(handler));
            case TOMCAT -> tomcat(handler);
        };
    }

    private static Running netty(HttpHandler handler) {
        LoopResources loops = LoopResources.create("server");
        DisposableServer server = HttpServer.create().host("127.0.0.1").port(0).runOn(loops)
                .compress((request, response) -> TEXT.equals(response.responseHeaders().get("Content-Type")))
                .handle(new ReactorHttpHandlerAdapter(handler)).bindNow();
        return new Running(server.port(), () -> {
            server.disposeNow(Duration.ofSeconds(5));
            loops.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block();
        });
    }

    private static Running jetty(Handler handler) throws Exception {
        CompressionHandler gzip = new CompressionHandler();
        gzip.putCompression(new GzipCompression());
        gzip.putConfiguration("/*", CompressionConfig.builder().compressIncludeMimeType(TEXT).build());
        gzip.setHandler(handler);
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(gzip);
        server.start();
        return new Running(connector.getLocalPort(), server::stop);
    }

    private static Running tomcat(HttpHandler handler) throws Exception {
        Path base = Files.createTempDirectory("tomcat-");
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(base.toString());
        Connector connector = new Connector();
        connector.setPort(0);
        connector.setProperty("address", "127.0.0.1");
        connector.setProperty("compression", "on");
        connector.setProperty("compressibleMimeType", TEXT);
        tomcat.setConnector(connector);
        Context context = tomcat.addContext("", base.toString());
        Tomcat.addServlet(context, "handler", new TomcatHttpHandlerAdapter(handler)).setAsyncSupported(true);
        context.addServletMappingDecoded("/", "handler");
        tomcat.start();
        return new Running(connector.getLocalPort(), () -> {
            tomcat.stop();
            tomcat.destroy();
            org.springframework.util.FileSystemUtils.deleteRecursively(base);
        });
    }
}
