package io.github.reactoruring.samples.quickstart;

import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

import io.github.reactoruring.Uring;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Streams a file through the ring and prints its SHA-256, then disposes of 200 pending reads in one batch. */
public final class Quickstart {

    private static final int PENDING_READS = 200;
    private static final int CHUNKS_AWAITING_HASH = 16;

    private Quickstart() {
    }

    /** Takes the path of the file; without one it reads a large file of the JDK that runs it. */
    public static void main(String[] args) {
        Path file = args.length == 0 || args[0].isEmpty() ? largeFileOfTheJdk() : Path.of(args[0]);
        try {
            // usingWhen closes the ring, and waits for it, whatever becomes of the job.
            Mono.usingWhen(Mono.fromSupplier(() -> Uring.builder("quickstart").build()),
                    uring -> job(uring, file),
                    Uring::disposeLater).block();
        } catch (RuntimeException e) {
            System.err.println("quickstart: " + explain(Exceptions.unwrap(e)));
            System.exit(1);
        }
    }

    private static Mono<Void> job(Uring uring, Path file) {
        return digest(uring, file)
                .doOnNext(digest -> System.out.println(digest.report(file)))
                .then(PendingReads.disposeTogether(uring, PENDING_READS))
                .doOnNext(System.out::println)
                .then();
    }

    private static Mono<FileDigest> digest(Uring uring, Path file) {
        ProgressBar progress = ProgressBar.ifTerminal(file);
        return uring.files().read(file)
                // The ring's thread must not be kept busy: hash elsewhere, and let it read ahead meanwhile.
                .publishOn(Schedulers.parallel(), CHUNKS_AWAITING_HASH)
                .doOnNext(chunk -> progress.advance(chunk.remaining()))
                .doOnTerminate(progress::finish)
                .collect(FileDigest::new, FileDigest::add);
    }

    private static String explain(Throwable failure) {
        return switch (failure) {
            case NoSuchFileException missing -> missing.getFile() + ": no such file";
            case FileSystemException failed -> failed.getFile() + ": " + failed.getReason();
            default -> String.valueOf(failure.getMessage());
        };
    }

    private static Path largeFileOfTheJdk() {
        return Path.of(System.getProperty("java.home"), "lib", "modules");
    }
}
