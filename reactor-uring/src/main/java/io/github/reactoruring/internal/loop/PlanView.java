package io.github.reactoruring.internal.loop;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.plan.Disposed;
import io.github.reactoruring.internal.plan.InFlightCounts;
import io.github.reactoruring.internal.ring.Ring;

/** Shows what is in flight, the ring's own with it, to the planner, with the files of one batch numbered from zero. */
final class PlanView implements InFlightCounts {

    private final Ring ring;
    private final InFlightTable inFlight;
    private final List<OpenFile> files = new ArrayList<>();

    PlanView(Ring ring, InFlightTable inFlight) {
        this.ring = ring;
        this.inFlight = inFlight;
    }

    /** Describes the batch's requests, in its order. */
    List<Disposed> describe(List<Request> batch) {
        List<Disposed> disposed = new ArrayList<>(batch.size());
        for (Request request : batch) {
            disposed.add(new Disposed(request.userData(), request.opcode(), number(request.file())));
        }
        return disposed;
    }

    void clear() {
        for (OpenFile file : files) {
            file.planIndex(Disposed.NO_FILE);
        }
        files.clear();
    }

    private int number(@Nullable OpenFile file) {
        if (file == null) {
            return Disposed.NO_FILE;
        }
        if (file.planIndex() < 0) {
            file.planIndex(files.size());
            files.add(file);
        }
        return file.planIndex();
    }

    @Override
    public int total() {
        return inFlight.size() + ring.ownInFlight();
    }

    @Override
    public int withOpcode(int opcode) {
        return inFlight.byOpcode().of(opcode) + ring.ownInFlight(opcode);
    }

    @Override
    public int onFile(int file) {
        return files.get(file).inFlight();
    }

    @Override
    public int onFileWithOpcode(int file, int opcode) {
        return files.get(file).inFlight(opcode);
    }

    @Override
    public boolean fileMatchable(int file) {
        return files.get(file).matchable();
    }

    @Override
    public int fileDescriptor(int file) {
        return files.get(file).descriptor();
    }

    @Override
    public boolean fileIsFixed(int file) {
        return files.get(file).fixed();
    }
}
