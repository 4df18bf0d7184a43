package io.github.reactoruring.internal.ring.scripted;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.ring.kernel.KernelDescriptors;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.ErrnoException;
import io.github.reactoruring.internal.sys.OpenFlags;
import io.github.reactoruring.internal.sys.Syscalls;

/**
 * Names open files by number, as a process does: the lowest free number is taken, so that numbers are reused.
 *
 * <p>Most numbers are made up, far beyond what a process can have. A file that the loop opens by path is opened for
 * real, since it asks for its status; such a number is closed only with the ring, so that it is not reused meanwhile.
 */
public final class FileTable {

    private static final int FIRST_MADE_UP = 1 << 28;
    private static final MethodHandle OPEN = Linker.nativeLinker().downcallHandle(
            Linker.nativeLinker().defaultLookup().find("open").orElseThrow(),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    /** What files held when they were first opened: a run opens the same few thousands of times. */
    private static final Map<String, byte[]> CONTENTS = new HashMap<>();

    private final Violations violations;
    private final Map<Integer, KernelFile> open = new HashMap<>();
    private final Map<Integer, KernelFile> slots = new HashMap<>();
    private final PriorityQueue<Integer> freeNumbers = new PriorityQueue<>();
    private final Set<Integer> closedForReal = new HashSet<>();
    private int nextNumber = FIRST_MADE_UP;
    private int nextSlot;

    FileTable(Violations violations) {
        this.violations = violations;
    }

    /** Opens a file that does not exist outside the test. */
    public int create(String name, KernelFile.Kind kind) {
        return number(new KernelFile(name, kind));
    }

    /** Gives the file of {@code descriptor} another number. */
    public int dup(int descriptor) {
        return number(file(descriptor));
    }

    private int number(KernelFile file) {
        Integer number = freeNumbers.poll();
        int taken = number == null ? nextNumber++ : number;
        open.put(taken, file);
        return taken;
    }

    /** Returns the file behind an open number; fails the test for any other. */
    public KernelFile file(int descriptor) {
        KernelFile file = lookup(descriptor);
        if (file == null) {
            throw new AssertionError("Descriptor " + descriptor + " is not open");
        }
        return file;
    }

    /** Returns the file behind a number, or null: EBADF. A number from outside is adopted. */
    public @Nullable KernelFile lookup(int descriptor) {
        KernelFile file = open.get(descriptor);
        if (file == null && descriptor >= 0 && descriptor < FIRST_MADE_UP && !closedForReal.contains(descriptor)) {
            file = adopt(descriptor);
        }
        return file;
    }

    private @Nullable KernelFile adopt(int descriptor) {
        try {
            boolean regular = new KernelDescriptors().status(descriptor).regular();
            KernelFile file = new KernelFile("real " + descriptor,
                    regular ? KernelFile.Kind.REGULAR : KernelFile.Kind.STREAM);
            open.put(descriptor, file);
            return file;
        } catch (ErrnoException e) {
            return null;
        }
    }

    /** Puts the file into a free slot of the ring's table. */
    public int install(KernelFile file) {
        return install(file, -1);
    }

    /** Makes an open number a direct descriptor, which has none. */
    public int moveToSlot(int descriptor) {
        int slot = install(file(descriptor));
        close(descriptor);
        return slot;
    }

    /** Puts the file into the given slot, or a free one for a number below zero. */
    int install(KernelFile file, int slot) {
        int taken = slot < 0 ? nextSlot++ : slot;
        slots.put(taken, file);
        return taken;
    }

    public @Nullable KernelFile slot(int slot) {
        return slots.get(slot);
    }

    public int openPath(String path, int flags, int mode) {
        int descriptor;
        try (Arena arena = Arena.ofConfined()) {
            descriptor = (int) OPEN.invokeExact(arena.allocateFrom(path), flags, mode);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
        if (descriptor < 0) {
            return -Errno.ENOENT;
        }
        // Closed by somebody else before, or it could not be open again.
        closedForReal.remove(descriptor);
        KernelFile file = adopt(descriptor);
        if (file != null && file.kind() == KernelFile.Kind.REGULAR) {
            boolean nameless = (flags & OpenFlags.O_TMPFILE) == OpenFlags.O_TMPFILE;
            file.content(nameless ? new byte[0] : content(path));
        }
        return descriptor;
    }

    private static byte[] content(String path) {
        synchronized (CONTENTS) {
            return CONTENTS.computeIfAbsent(path, key -> {
                try {
                    return Files.readAllBytes(Path.of(key));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    /** Closes a number, as close(2): zero or a negated errno. */
    public int close(int descriptor) {
        KernelFile file = lookup(descriptor);
        if (file == null) {
            violations.add("CLOSE of " + descriptor + ", which is not open: a double close");
            return -Errno.EBADF;
        }
        open.remove(descriptor);
        if (descriptor >= FIRST_MADE_UP) {
            freeNumbers.add(descriptor);
        } else {
            closedForReal.add(descriptor);
        }
        return 0;
    }

    public int closeSlot(int slot) {
        if (slots.remove(slot) == null) {
            violations.add("CLOSE of slot " + slot + ", which is empty: a double close");
            return -Errno.EBADF;
        }
        return 0;
    }

    /** Returns the numbers that are open, made up or opened through the ring. */
    public List<Integer> stillOpen() {
        return new ArrayList<>(open.keySet());
    }

    void closeRealOnes() {
        for (int descriptor : closedForReal) {
            if (Syscalls.close(descriptor) < 0) {
                violations.add("descriptor " + descriptor + " was closed by the ring and by somebody else");
            }
        }
        closedForReal.clear();
    }
}
