package io.github.reactoruring.internal.source.file;

import java.io.IOException;
import java.nio.file.FileSystemException;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.Descriptors;
import io.github.reactoruring.internal.sys.FileIdentity;
import io.github.reactoruring.internal.sys.PathName;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Lets a write that is to empty a file meet the reads of that same file among what it writes, in the context it gives to its
 * source. Such a read is refused, however much of the file it would have got; and so is the write, even where the source
 * makes something else of the refusal.
 *
 * <p>Whoever else reads the file is none of its concern. Nor can it see a read whose subscriber hands on no context.
 *
 * <p><b>Threads:</b> any: the source may be on another ring.
 */
public final class Overwriting {

    private static final Object KEY = Overwriting.class;

    private final FileIdentity file;
    private final String path;
    private volatile @Nullable FileSystemException refusal;

    /** Describes a write that is to empty {@code file}. */
    public Overwriting(FileIdentity file, String path) {
        this.file = file;
        this.path = path;
    }

    /** What a context holds: writes may be fed by writes. */
    private record Writes(Overwriting inner, @Nullable Writes outer) {
    }

    private static @Nullable Writes in(ContextView context) {
        return context.isEmpty() ? null : context.getOrDefault(KEY, null);
    }

    /** Returns the context for the source of the write. */
    public Context in(Context around) {
        return around.put(KEY, new Writes(this, in((ContextView) around)));
    }

    /** Throws if what is written is, or was to be, read of the file that is to be emptied now. */
    public void check() throws FileSystemException {
        FileSystemException refused = refusal;
        if (refused != null) {
            throw refused;
        }
    }

    /**
     * Begins to read {@code source} for a subscriber with this context. Asks the kernel what file that is only where a write
     * is fed by it.
     *
     * @throws FileSystemException if the write is to empty that file
     * @throws IOException if the file is closed
     */
    public static void beginToRead(OpenFile source, ContextView context) throws IOException {
        Writes writes = in(context);
        if (writes == null) {
            return;
        }
        FileIdentity read = source.ask(Descriptors::identity);
        for (Writes each = writes; each != null; each = each.outer) {
            if (each.inner.file.isSameFile(read)) {
                throw each.inner.refuse();
            }
        }
    }

    private FileSystemException refuse() {
        FileSystemException refused = new FileSystemException(PathName.printable(path), null,
                "what is to be written is read of the same file, which writing empties first: use replace()");
        refusal = refused;
        return refused;
    }
}
