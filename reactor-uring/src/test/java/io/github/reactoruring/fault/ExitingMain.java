package io.github.reactoruring.fault;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;

import io.github.reactoruring.Uring;
import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.file.ReplaceOptions;
import io.github.reactoruring.file.UringPipe;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.kernel.RawOperations;
import io.github.reactoruring.testing.kernel.RawPipe;
import reactor.core.publisher.Flux;

/** Has requests of all kinds in flight, and writes that are half done; then leaves, or waits for its end. */
final class ExitingMain {

    static final String PART = "part ";

    private ExitingMain() {
    }

    /** Arguments: {@code exit}, {@code halt} or {@code wait}, a directory, and a file whose reads hang or {@code none}. */
    public static void main(String[] arguments) throws InterruptedException {
        Path directory = Path.of(arguments[1]);
        Uring uring = Uring.builder("leaving").rings(2).build();
        UringPipe pipe = uring.files().pipe().block();
        RawPipe raw = new RawPipe();
        for (int i = 0; i < 50; i++) {
            pipe.source().read(1).subscribe();
            uring.timers().after(Duration.ofHours(1)).subscribe();
            uring.raw().submit(RawOperations.read(raw.source(), 1).flags(RawOperations.IOSQE_ASYNC)).subscribe();
        }
        Flux<ByteBuffer> endless = Flux.interval(Duration.ofMillis(2)).onBackpressureDrop()
                .map(i -> ByteBuffer.wrap(PART.getBytes(US_ASCII)));
        uring.files().replace(directory.resolve("replaced"), endless, ReplaceOptions.defaults(),
                BufferReader.byteBuffers()).subscribe();
        uring.files().write(directory.resolve("written"), endless).subscribe();
        uring.fileSystem().watch(directory).subscribe();
        int most = 150;
        if (!arguments[2].equals("none")) {
            for (int i = 0; i < 4; i++) {
                uring.files().read(Path.of(arguments[2])).subscribe();
            }
            most += 4;
        }
        int inFlight = most;
        Await.until("so many in flight", () -> uring.stats().inFlight() >= inFlight);
        Await.until("something written", () -> directory.resolve("written").toFile().length() > 100);
        System.out.println("in flight");
        switch (arguments[0]) {
            case "exit" -> System.exit(7);
            case "halt" -> Runtime.getRuntime().halt(7);
            default -> Thread.sleep(Duration.ofMinutes(2));
        }
    }
}
