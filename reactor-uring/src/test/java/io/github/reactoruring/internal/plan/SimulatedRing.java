package io.github.reactoruring.internal.plan;

import java.util.ArrayList;
import java.util.List;

/**
 * Keeps requests in flight and matches cancels against them the way the kernel does, written from what the kernel was
 * seen to do and not from what the planner assumes.
 */
public final class SimulatedRing implements InFlightCounts {

    public static final int POLL_ADD = 6;
    public static final int TIMEOUT = 11;
    static final int ACCEPT = 13;
    public static final int CLOSE = 19;
    public static final int READ = 22;
    static final int SEND = 26;
    public static final int RECV = 27;

    public static final CancelCapabilities LINUX_5_18 = new CancelCapabilities(false, false, false);
    public static final CancelCapabilities LINUX_5_19 = new CancelCapabilities(true, false, false);
    public static final CancelCapabilities LINUX_6_0 = new CancelCapabilities(true, true, false);
    public static final CancelCapabilities LINUX_6_6 = new CancelCapabilities(true, true, true);

    private static final int ALL = 1;
    private static final int FD = 2;
    private static final int FD_FIXED = 8;
    private static final int OP = 32;
    private static final int NO_OPEN_FILE = -1;
    private static final int FOREIGN = 1000;

    /** Is a file the library knows, its index being the file entry. {@code leaked}: the number was handed out. */
    public record File(int fd, boolean fixed, boolean leaked) {
    }

    /** Is a request in flight. {@code openFile} is what the kernel compares, {@code file} what the library knows. */
    public record Request(long userData, int opcode, int file, int openFile, boolean asyncOrLinked, boolean disposed) {
    }

    public final List<File> files = new ArrayList<>();
    public final List<Request> requests = new ArrayList<>();
    /** Counts others that wait on the ring, of an opcode and on files that nothing here has. */
    private int crowd;

    /** Adds a file. Fixed slots and file descriptors are numbered alike, so that a missing FD_FIXED hits another. */
    public int file(boolean fixed, boolean leaked) {
        int sameKind = (int) files.stream().filter(file -> file.fixed == fixed).count();
        files.add(new File(sameKind, fixed, leaked));
        return files.size() - 1;
    }

    public int ownedFile() {
        return file(false, false);
    }

    void add(int count, int opcode, int file, boolean disposed) {
        for (int i = 0; i < count; i++) {
            add(opcode, file, file, false, disposed);
        }
    }

    public void addAsyncOrLinked(int opcode, int file, boolean disposed) {
        add(opcode, file, file, true, disposed);
    }

    /** Adds a request on a number the user handed in; if the given file's number leaked, on a dup of that file. */
    public void addForeign(int opcode, int perhapsDupOf, boolean disposed) {
        boolean dup = perhapsDupOf >= 0 && files.get(perhapsDupOf).leaked;
        add(opcode, Disposed.NO_FILE, dup ? perhapsDupOf : FOREIGN, false, disposed);
    }

    /** Adds a request of the loop itself, such as the poll for its wake-up. */
    public void addInternal(int opcode) {
        add(opcode, Disposed.NO_FILE, FOREIGN + 1, false, false);
    }

    private void add(int opcode, int file, int openFile, boolean asyncOrLinked, boolean disposed) {
        requests.add(new Request(7_000 + requests.size(), opcode, file, comparesFile(opcode) ? openFile : NO_OPEN_FILE,
                asyncOrLinked, disposed));
    }

    private static boolean comparesFile(int opcode) {
        return opcode != TIMEOUT && opcode != CLOSE;
    }

    public List<Disposed> disposed() {
        return requests.stream().filter(Request::disposed)
                .map(request -> new Disposed(request.userData, request.opcode, request.file)).toList();
    }

    boolean matches(CancelKey key, Request request) {
        return matches(key.flags(), key.fd(), key.opcode(), request);
    }

    /** Adds so many others, whom no key matches, and who are visited by each cancel with ALL. */
    void addCrowd(int count) {
        crowd += count;
    }

    /** Counts the requests in flight that are no timers. */
    int armed() {
        return total() - withOpcode(TIMEOUT);
    }

    /** Counts the requests in flight that a key matches. */
    int matchedBy(CancelKey key) {
        return (int) requests.stream().filter(request -> matches(key, request)).count();
    }

    boolean matches(int flags, int fd, int opcode, Request request) {
        if ((flags & ALL) == 0 || (flags & ~(ALL | FD | FD_FIXED | OP)) != 0 || (flags & (FD | OP)) == 0) {
            throw new AssertionError("not a wide key: flags " + flags);
        }
        if ((flags & FD) != 0) {
            int openFile = resolve(fd, (flags & FD_FIXED) != 0);
            if (request.openFile != openFile || request.asyncOrLinked) {
                return false;
            }
        }
        return (flags & OP) == 0 || request.opcode == opcode;
    }

    private int resolve(int fd, boolean fixed) {
        for (int file = 0; file < files.size(); file++) {
            if (files.get(file).fd == fd && files.get(file).fixed == fixed) {
                return file;
            }
        }
        throw new AssertionError("EBADF: fd " + fd + ", fixed " + fixed);
    }

    public static boolean supports(CancelCapabilities capabilities, int flags) {
        return ((flags & (ALL | FD)) == 0 || capabilities.allAndFd())
                && ((flags & FD_FIXED) == 0 || capabilities.fixedFd())
                && ((flags & OP) == 0 || capabilities.opcode());
    }

    @Override
    public int total() {
        return requests.size() + crowd;
    }

    @Override
    public int withOpcode(int opcode) {
        return (int) requests.stream().filter(request -> request.opcode == opcode).count();
    }

    @Override
    public int onFile(int file) {
        return (int) requests.stream()
                .filter(request -> request.file == file && comparesFile(request.opcode)).count();
    }

    @Override
    public int onFileWithOpcode(int file, int opcode) {
        return (int) requests.stream()
                .filter(request -> request.file == file && request.opcode == opcode).count();
    }

    @Override
    public boolean fileMatchable(int file) {
        return !files.get(file).leaked
                && requests.stream().noneMatch(request -> request.file == file && request.asyncOrLinked);
    }

    @Override
    public int fileDescriptor(int file) {
        return files.get(file).fd;
    }

    @Override
    public boolean fileIsFixed(int file) {
        return files.get(file).fixed;
    }

    @Override
    public String toString() {
        return "files " + files + ", requests " + requests + ", crowd " + crowd;
    }
}
