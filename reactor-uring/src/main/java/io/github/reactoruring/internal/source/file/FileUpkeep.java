package io.github.reactoruring.internal.source.file;

import java.util.Objects;

import io.github.reactoruring.file.Advice;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.OnLoop;
import io.github.reactoruring.internal.source.OneShotMono;
import io.github.reactoruring.internal.source.file.FileCommand.Command;
import io.github.reactoruring.internal.source.path.ExtendedAttribute;
import io.github.reactoruring.internal.source.path.StatOnce;
import io.github.reactoruring.internal.sys.FileStatus;
import io.github.reactoruring.raw.Opcode;
import reactor.core.publisher.Mono;

/** What is done to an open file besides reading and writing it. */
public record FileUpkeep(OpenFile file) {

    public static void notNegative(String what, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(what + " must be 0 or more, not " + value);
        }
    }

    public Mono<Void> sync(boolean dataOnly) {
        return run(Command.sync(dataOnly));
    }

    public Mono<Void> allocate(long position, long length) {
        notNegative("position", position);
        if (length < 1) {
            throw new IllegalArgumentException("length must be 1 or more, not " + length);
        }
        return run(Command.allocate(position, length));
    }

    public Mono<Void> truncate(long size) {
        notNegative("size", size);
        if (Truncation.isOnRing(file)) {
            return run(Command.truncate(size));
        }
        return OnLoop.create(file.loop(), sink -> {
            Truncation.offRing(file, size, error -> {
                if (error != null) {
                    sink.error(error);
                } else {
                    sink.success();
                }
            });
        });
    }

    public Mono<Void> advise(long position, long length, Advice advice) {
        notNegative("position", position);
        notNegative("length", length);
        return run(Command.advise(position, length, number(advice)));
    }

    /** Returns POSIX_FADV_*, which are the same on x86-64 and aarch64. */
    private static int number(Advice advice) {
        return switch (Objects.requireNonNull(advice, "advice")) {
            case NORMAL -> 0;
            case RANDOM -> 1;
            case SEQUENTIAL -> 2;
            case WILL_NEED -> 3;
            case DONT_NEED -> 4;
            case NO_REUSE -> 5;
        };
    }

    private Mono<Void> run(Command command) {
        return OneShotMono.create(file.loop(), (loop, actual) -> new FileCommand(file, actual, command));
    }

    public Mono<Long> size() {
        if (file.fixed()) {
            return Mono.error(new UnsupportedOperationException(
                    "STATX takes no direct descriptor: ask for the size by path, or open " + file.name()
                            + " with UringFiles.open"));
        }
        return OneShotMono.create(file.loop(), (loop, actual) -> new StatOnce<>(file, actual,
                FileStatus.STATX_MASK, status -> FileStatus.read(status).sizeBytes()));
    }

    public Mono<byte[]> getAttribute(String name) {
        Objects.requireNonNull(name, "name");
        demand(Opcode.FGETXATTR);
        return ExtendedAttribute.get(file, name);
    }

    public Mono<Void> setAttribute(String name, byte[] value) {
        Objects.requireNonNull(name, "name");
        byte[] copy = Objects.requireNonNull(value, "value").clone();
        demand(Opcode.FSETXATTR);
        return ExtendedAttribute.set(file, name, copy);
    }

    private void demand(Opcode opcode) {
        if (!file.loop().ring().features().supports(opcode.code())) {
            throw new UnsupportedOperationException(
                    "This kernel has no " + opcode + ", which came with Linux " + opcode.since());
        }
    }

    public Mono<Void> close() {
        return OnLoop.create(file.loop(), sink -> file.close(result -> {
            if (result < 0) {
                sink.error(Errors.ofPath(-result, "CLOSE", file.name()));
            } else {
                sink.success();
            }
        }));
    }
}
