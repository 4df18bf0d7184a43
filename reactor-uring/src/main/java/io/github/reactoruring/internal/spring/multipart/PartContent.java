package io.github.reactoruring.internal.spring.multipart;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;

import io.github.reactoruring.Uring;
import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.file.ReplaceOptions;
import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.internal.spring.FileContent;
import io.github.reactoruring.internal.spring.Loans;
import io.github.reactoruring.internal.spring.LocalFiles;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Holds what a part has, which may be read more than once. */
sealed interface PartContent {

    /** Emits it, in buffers on the heap. */
    Flux<DataBuffer> read();

    /** Puts it into a file; what was there is replaced. */
    Mono<Void> transferTo(Path target);

    /** Deletes the file it is in; for the second time, or in memory, does nothing. */
    Mono<Void> delete();

    /** Takes all steps, even if the subscriber leaves meanwhile. */
    private static Mono<Void> inAnyCase(Mono<Void> steps) {
        return Mono.defer(() -> Mono.fromFuture(steps.toFuture(), true));
    }

    /** Holds it in the Java heap. */
    record InMemory(Uring uring, byte[] bytes) implements PartContent {

        @Override
        public Flux<DataBuffer> read() {
            return Flux.defer(() -> Flux.just(DefaultDataBufferFactory.sharedInstance.wrap(bytes)));
        }

        @Override
        public Mono<Void> transferTo(Path target) {
            return LocalFiles.isLocal(target) && LocalFiles.canUse(uring)
                    ? uring.files().write(target, read(), OnDisk.COPYING, Loans.ofAny()).then()
                    : DataBufferUtils.write(read(), target);
        }

        @Override
        public Mono<Void> delete() {
            return Mono.empty();
        }
    }

    /** Holds it in a temporary file, which is deleted at the latest when nobody can reach this object any more. */
    final class OnDisk implements PartContent {

        /** How many buffers wait for who takes them, on his thread. */
        private static final int READY = 4;
        private static final WriteOptions COPYING = WriteOptions.defaults()
                .withPartial(WriteOptions.Partial.DELETE);
        private static final ReadOptions READING = ReadOptions.defaults().withChunkBytes(64 * 1024);
        private static final ReplaceOptions REPLACING = ReplaceOptions.defaults().withDurable(false);
        private static final Cleaner CLEANER = Cleaner.create();

        private final Uring uring;
        private final Path file;
        private final Deletion deletion;

        OnDisk(Uring uring, Path file) {
            this.uring = uring;
            this.file = file;
            deletion = new Deletion(uring, file, new AtomicBoolean());
            CLEANER.register(this, deletion);
        }

        @Override
        public Flux<DataBuffer> read() {
            return FileContent.create(uring, file, READING, DefaultDataBufferFactory.sharedInstance)
                    .publishOn(Schedulers.boundedElastic(), READY)
                    .doFinally(signal -> Reference.reachabilityFence(this));
        }

        /**
         * Gives the file another name where that can be done and makes no difference, else copies it: to another
         * filesystem, say, or into a directory that gives its files a group.
         */
        @Override
        public Mono<Void> transferTo(Path target) {
            if (!LocalFiles.isLocal(target) || !LocalFiles.canUse(uring)) {
                return DataBufferUtils.write(read(), target);
            }
            return isAsIfMadeIn(target)
                    .flatMap(same -> same ? link(target) : write(target))
                    .doFinally(signal -> Reference.reachabilityFence(this));
        }

        private Mono<Void> link(Path target) {
            return uring.fileSystem().link(target, file)
                    .onErrorResume(
                            error -> error instanceof FileAlreadyExistsException ? replace(target) : copy(target));
        }

        /** As a part in memory is written: a copy would have the mode of the temporary file. */
        private Mono<Void> write(Path target) {
            return uring.files().write(target, uring.files().read(file, READING),
                    COPYING.withCreation(WriteOptions.Creation.NEW), BufferReader.byteBuffers()).then()
                    .onErrorResume(FileAlreadyExistsException.class, taken -> replace(target));
        }

        /** Where that cannot be known, whatever comes next will tell why. */
        private Mono<Boolean> isAsIfMadeIn(Path target) {
            Path directory = target.toAbsolutePath().getParent();
            Path own = file.toAbsolutePath().getParent();
            return directory == null || own == null
                    ? Mono.just(true)
                    : Mono.zip(Inheritance.of(uring, own), Inheritance.of(uring, directory), Inheritance::isThatOf)
                            .onErrorReturn(true);
        }

        /** By its content: under another name its own rights would come with it, and perhaps be more than what was there had. */
        private Mono<Void> replace(Path target) {
            return uring.files().replace(target, uring.files().read(file, READING), REPLACING,
                    BufferReader.byteBuffers()).then();
        }

        /** Only where nothing has the name: the copy writes over what is there, and deletes it when it fails. */
        private Mono<Void> copy(Path target) {
            return uring.files().copy(file, target, COPYING).then();
        }

        @Override
        public Mono<Void> delete() {
            return Mono.defer(deletion::now);
        }
    }

    /** Deletes a file once. */
    record Deletion(Uring uring, Path file, AtomicBoolean done) implements Runnable {

        Mono<Void> now() {
            return done.compareAndSet(false, true) ? inAnyCase(deleting()) : Mono.empty();
        }

        private Mono<Void> deleting() {
            return LocalFiles.canUse(uring)
                    ? uring.fileSystem().deleteIfExists(file).then()
                    : Mono.<Void>fromCallable(() -> {
                        Files.deleteIfExists(file);
                        return null;
                    }).subscribeOn(Schedulers.boundedElastic());
        }

        @Override
        public void run() {
            now().onErrorComplete().subscribe();
        }
    }
}
