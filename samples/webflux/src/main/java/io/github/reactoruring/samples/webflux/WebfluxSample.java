package io.github.reactoruring.samples.webflux;

import java.io.IOException;
import java.nio.file.Path;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** Starts the server, on this machine's own address only. */
@SpringBootApplication
public class WebfluxSample {

    /** Runs it; arguments are Spring Boot's, such as {@code --sample.directory=PATH}. */
    public static void main(String[] args) {
        SpringApplication.run(WebfluxSample.class, args);
    }

    @Bean
    SharedDirectory sharedDirectory(@Value("${sample.directory}") Path directory) throws IOException {
        return SharedDirectory.at(directory);
    }
}
