package io.github.reactoruring.internal.ring.scripted;

import java.util.List;
import java.util.Random;
import java.util.function.IntSupplier;

import io.github.reactoruring.internal.ring.Descriptors;
import io.github.reactoruring.internal.sys.DirectIo;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.ErrnoException;
import io.github.reactoruring.internal.sys.FileIdentity;
import io.github.reactoruring.internal.sys.FileStatus;

/** Answers about descriptors, all of them made up, with whatever comes to its mind. */
final class ArbitraryDescriptors implements Descriptors {

    private final Random random;
    private final IntSupplier results;

    ArbitraryDescriptors(Random random, IntSupplier results) {
        this.random = random;
        this.results = results;
    }

    private void maybeFail() throws ErrnoException {
        if (random.nextInt(4) == 0) {
            throw new ErrnoException(1 + random.nextInt(Errno.EDQUOT), "an arbitrary call");
        }
    }

    @Override
    public FileStatus status(int descriptor) throws ErrnoException {
        maybeFail();
        long size = random.nextInt(4) == 0 ? random.nextLong() : random.nextInt(1000);
        return new FileStatus(random.nextBoolean(), random.nextBoolean(), size, random.nextInt(100),
                random.nextBoolean());
    }

    @Override
    public FileIdentity identity(int descriptor) throws ErrnoException {
        maybeFail();
        return new FileIdentity(random.nextInt(2), random.nextInt(2), random.nextInt());
    }

    @Override
    public DirectIo directIo(int descriptor) {
        return DirectIo.UNKNOWN;
    }

    @Override
    public int setStatusFlags(int descriptor, int flags) {
        return results.getAsInt();
    }

    @Override
    public int pipe(int[] ends) {
        ends[0] = 1000 + random.nextInt(10);
        ends[1] = 1000 + random.nextInt(10);
        return Math.min(0, results.getAsInt());
    }

    @Override
    public boolean inheritRights(int descriptor, int directory, String name) {
        return results.getAsInt() >= 0;
    }

    @Override
    public int truncate(int descriptor, long sizeBytes) {
        return results.getAsInt();
    }

    @Override
    public int close(int descriptor) {
        return results.getAsInt();
    }

    @Override
    public int inotify() {
        return results.getAsInt();
    }

    @Override
    public int addWatch(int inotify, String path, int mask) {
        return results.getAsInt();
    }

    @Override
    public List<String> listAttributes(String path) throws ErrnoException {
        maybeFail();
        return List.of();
    }

    @Override
    public int removeAttribute(String path, String attribute) {
        return results.getAsInt();
    }
}
