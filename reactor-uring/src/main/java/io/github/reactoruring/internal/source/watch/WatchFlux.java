package io.github.reactoruring.internal.source.watch;

import java.nio.file.Path;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.file.DirectoryChange;
import io.github.reactoruring.internal.loop.EventLoop;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;

/** Watches a directory with an inotify instance for each subscriber. */
public final class WatchFlux extends Flux<DirectoryChange> implements Scannable {

    private final Supplier<EventLoop> loops;
    private final String name;
    private final Path directory;
    private final int mask;

    private WatchFlux(Supplier<EventLoop> loops, String name, Path directory, int mask) {
        this.loops = loops;
        this.name = name;
        this.directory = directory;
        this.mask = mask;
    }

    /**
     * Makes a Flux of what happens in {@code directory}.
     *
     * @param name the directory's name, for the kernel
     * @param kinds what to tell; none for all
     */
    public static Flux<DirectoryChange> create(Supplier<EventLoop> loops, String name, Path directory,
            DirectoryChange.Kind... kinds) {
        return onAssembly(new WatchFlux(loops, name, directory, ChangeKinds.mask(kinds)));
    }

    @Override
    public void subscribe(CoreSubscriber<? super DirectoryChange> actual) {
        actual.onSubscribe(new Watching(loops.get(), actual, name, directory, mask));
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }
}
