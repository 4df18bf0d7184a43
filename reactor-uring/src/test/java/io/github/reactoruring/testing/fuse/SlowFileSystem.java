package io.github.reactoruring.testing.fuse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.fuse.SlowFile.Call;

/**
 * A FUSE filesystem whose answers come when the test says so.
 *
 * <pre>{@code
 * try (SlowFileSystem slow = SlowFileSystem.mount()) {
 *     SlowFile file = slow.file("name", 1 << 20);
 *     file.reads().hold();
 *     … read file.path() …
 *     file.reads().awaitHeld(1).release(1);
 * }
 * }</pre>
 *
 * <p>Mounted in a directory of its own, one directory of files. Needs root and /dev/fuse: see {@link NeedsFuse}. What is
 * held when it closes fails with ECONNABORTED, so that no test leaves a process waiting in the kernel.
 *
 * <p><b>Threads:</b> any; a daemon thread of its own answers, and waits for nobody.
 */
public final class SlowFileSystem implements AutoCloseable {

    private static final String SUBTYPE = "reactoruring";
    private static final int ENOSYS = 38;

    private final Path root;
    private final FuseDevice device;
    private final boolean asyncDirectIo;
    private final List<SlowFile> files = new CopyOnWriteArrayList<>();
    private final ScheduledThreadPoolExecutor timer;
    private final Thread server;
    private final Thread unmountAtExit = new Thread(this::unmount, "slow-filesystem-exit");
    private volatile @Nullable Throwable failure;
    private boolean unmounted;

    private SlowFileSystem(Path root, FuseDevice device, boolean asyncDirectIo) {
        this.root = root;
        this.asyncDirectIo = asyncDirectIo;
        this.device = device;
        timer = new ScheduledThreadPoolExecutor(1,
                Thread.ofPlatform().daemon().name("slow-filesystem-timer").factory());
        server = Thread.ofPlatform().daemon().name("slow-filesystem").start(this::serve);
        Runtime.getRuntime().addShutdownHook(unmountAtExit);
    }

    /** Returns why none can be mounted here, or null. */
    public static @Nullable String missing() {
        try {
            mount().close();
            return null;
        } catch (IOException e) {
            return "mounting FUSE needs root and /dev/fuse: " + e.getMessage();
        }
    }

    /** Mounts an empty one in a new directory. Whoever reads directly waits for the answer in the kernel. */
    public static SlowFileSystem mount() throws IOException {
        return mount(false);
    }

    /** Mounts one that lets io_uring read directly without a waiting worker (FUSE_ASYNC_DIO, libfuse's default). */
    public static SlowFileSystem mountWithAsyncDirectIo() throws IOException {
        return mount(true);
    }

    private static SlowFileSystem mount(boolean asyncDirectIo) throws IOException {
        Path root = Files.createTempDirectory("slow-filesystem-");
        try {
            return new SlowFileSystem(root, FuseDevice.mount(SUBTYPE, root), asyncDirectIo);
        } catch (IOException e) {
            Files.delete(root);
            throw e;
        }
    }

    /** Adds a file that holds {@code content}, and can be written to. */
    public SlowFile file(String name, byte[] content) {
        return add(name, content.clone(), content.length);
    }

    /** Adds a file of {@code sizeBytes}, with {@link SlowFile#patternAt} at each position. */
    public SlowFile file(String name, long sizeBytes) {
        return add(name, null, sizeBytes);
    }

    private synchronized SlowFile add(String name, byte @Nullable [] content, long sizeBytes) {
        SlowFile file = new SlowFile(root.resolve(name), FuseFormat.ROOT + 1 + files.size(), content, sizeBytes, timer);
        files.add(file);
        return file;
    }

    /** Returns the directory it is mounted on. */
    public Path root() {
        return root;
    }

    /** Unmounts: whatever is open, and whatever is held. Idempotent. */
    @Override
    public void close() {
        if (!unmount()) {
            return;
        }
        Runtime.getRuntime().removeShutdownHook(unmountAtExit);
        timer.shutdownNow();
        Await.until("the slow filesystem's thread ended", () -> !server.isAlive());
        try {
            Files.delete(root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (failure != null) {
            throw new AssertionError("The slow filesystem failed", failure);
        }
    }

    private synchronized boolean unmount() {
        boolean first = !unmounted;
        if (first) {
            unmounted = true;
            device.unmount();
        }
        return first;
    }

    // ---- The server's thread

    private void serve() {
        try {
            ByteBuffer request;
            while ((request = device.receive()) != null) {
                answer(request);
            }
        } catch (Throwable t) {
            failure = t;
        } finally {
            device.close();
        }
    }

    private void answer(ByteBuffer request) {
        long unique = FuseFormat.unique(request);
        switch (FuseFormat.opcode(request)) {
            case FuseFormat.INIT -> device.reply(FuseFormat.init(request, asyncDirectIo));
            case FuseFormat.LOOKUP -> lookUp(unique, FuseFormat.lookedUpName(request));
            case FuseFormat.GETATTR -> getAttributes(unique, FuseFormat.node(request));
            case FuseFormat.OPEN -> {
                SlowFile file = file(request);
                pass(file, Call.OPEN, unique, () -> FuseFormat.opened(unique, file.directIo()));
            }
            case FuseFormat.READ -> read(unique, file(request), FuseFormat.offset(request),
                    FuseFormat.sizeBytes(request));
            case FuseFormat.WRITE -> write(unique, file(request), FuseFormat.offset(request),
                    FuseFormat.writtenData(request));
            case FuseFormat.FLUSH -> pass(file(request), Call.FLUSH, unique, () -> FuseFormat.empty(unique));
            case FuseFormat.INTERRUPT -> interrupt(FuseFormat.interrupted(request));
            case FuseFormat.RELEASE, FuseFormat.RELEASEDIR, FuseFormat.FSYNC ->
                device.reply(FuseFormat.empty(unique));
            case FuseFormat.OPENDIR -> device.reply(FuseFormat.opened(unique, false));
            case FuseFormat.READDIR -> device.reply(FuseFormat.data(unique,
                    list((int) FuseFormat.offset(request), FuseFormat.sizeBytes(request))));
            case FuseFormat.STATFS -> device.reply(FuseFormat.statfs(unique));
            case FuseFormat.FORGET, FuseFormat.BATCH_FORGET, FuseFormat.DESTROY -> {
                // These have no reply.
            }
            default -> device.reply(FuseFormat.error(unique, ENOSYS));
        }
    }

    /** What is not there says so at once; what is passes the gate of its call. */
    private void lookUp(long unique, String name) {
        for (SlowFile file : files) {
            if (file.path().getFileName().toString().equals(name)) {
                pass(file, Call.LOOKUP, unique, () -> FuseFormat.entry(unique, file.node(), false, file.sizeBytes(),
                        file.nameValid()));
                return;
            }
        }
        device.reply(FuseFormat.error(unique, Errno.ENOENT));
    }

    private void getAttributes(long unique, int node) {
        if (node == FuseFormat.ROOT) {
            device.reply(FuseFormat.attributes(unique, node, true, 0));
        } else {
            SlowFile file = files.get(node - FuseFormat.ROOT - 1);
            pass(file, Call.GETATTR, unique, () -> FuseFormat.attributes(unique, node, false, file.sizeBytes()));
        }
    }

    private void read(long unique, SlowFile file, long offset, int sizeBytes) {
        pass(file, Call.READ, unique, () -> FuseFormat.data(unique, file.read(offset, sizeBytes)));
    }

    private void write(long unique, SlowFile file, long offset, byte[] data) {
        pass(file, Call.WRITE, unique, () -> file.write(offset, data)
                ? FuseFormat.written(unique, data.length)
                : FuseFormat.error(unique, Errno.EROFS));
    }

    private void interrupt(long unique) {
        for (SlowFile file : files) {
            for (Call call : Call.values()) {
                file.gate(call).interrupt(unique);
            }
        }
    }

    private byte[] list(int offset, int sizeBytes) {
        ByteBuffer entries = ByteBuffer.allocate(sizeBytes).order(ByteOrder.nativeOrder());
        List<SlowFile> listed = new ArrayList<>(files);
        for (int i = offset; i < listed.size(); i++) {
            SlowFile file = listed.get(i);
            if (!FuseFormat.putEntry(entries, file.node(), i + 1, file.path().getFileName().toString())) {
                break;
            }
        }
        byte[] bytes = new byte[entries.position()];
        entries.get(0, bytes);
        return bytes;
    }

    private void pass(SlowFile file, Call call, long unique, Supplier<ByteBuffer> reply) {
        file.gate(call).arrive(unique,
                errno -> device.reply(errno == 0 ? reply.get() : FuseFormat.error(unique, errno)));
    }

    private SlowFile file(ByteBuffer request) {
        return files.get(FuseFormat.node(request) - FuseFormat.ROOT - 1);
    }
}
