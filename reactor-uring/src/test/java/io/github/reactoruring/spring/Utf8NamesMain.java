package io.github.reactoruring.spring;

import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.http.codec.multipart.FilePart;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestPart;
import org.springframework.web.bind.annotation.RestController;

import io.github.reactoruring.file.FileNames;
import reactor.core.publisher.Mono;

/** Serves and takes a file by its name, {@code ü.txt}, with the library and without. Argument: the directory. */
final class Utf8NamesMain {

    private static final String NAME = "ü.txt";

    private Utf8NamesMain() {
    }

    /** Runs it, and prints what each way to the file gave. */
    public static void main(String[] args) {
        System.out.println(System.getProperty("sun.jnu.encoding"));
        Path directory = FileNames.path(args[0]);
        String name = URLEncoder.encode(NAME, StandardCharsets.UTF_8);
        try (TestServer server = TestServer.start(directory, java.util.List.of(Named.class))) {
            HttpRequest.Builder upload = new MultipartBody().file("file", NAME, "uploaded".getBytes())
                    .post(server, "/named");
            System.out.println("upload " + server.send(upload).statusCode());
            for (String way : new String[]{"named", "static"}) {
                HttpResponse<byte[]> got = server.get("/" + way + "/" + name);
                System.out.println(way + " " + got.statusCode() + " "
                        + new String(got.body(), StandardCharsets.UTF_8).lines().findFirst().orElse(""));
            }
            System.out.println("nothing " + server.get("/static/" + name + name).statusCode());
            System.out.println("beside " + server.get("/static/%C3%BC/..%2F..%2Fbeside-%C3%BC.txt").statusCode());
        }
        System.exit(0);
    }

    /** Endpoints that make paths of names. */
    @RestController
    static class Named {

        private final Path directory;

        Named(org.springframework.core.env.Environment environment) {
            directory = FileNames.path(environment.getRequiredProperty(FileApplication.DIRECTORY));
        }

        @GetMapping("/named/{name}")
        Resource get(@PathVariable String name) {
            return new FileSystemResource(FileNames.resolve(directory, name));
        }

        @PostMapping("/named")
        Mono<Void> post(@RequestPart("file") FilePart file) {
            return file.transferTo(FileNames.resolve(directory, file.filename()));
        }
    }
}
