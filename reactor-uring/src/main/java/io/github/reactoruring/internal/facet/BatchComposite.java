package io.github.reactoruring.internal.facet;

import java.util.Collection;

import io.github.reactoruring.internal.loop.DisposalBatch;
import reactor.core.Disposable;
import reactor.core.Disposables;

/** Disposes of its members as one batch. */
public final class BatchComposite implements Disposable.Composite {

    private final Disposable.Composite members = Disposables.composite();

    @Override
    public boolean add(Disposable member) {
        return members.add(member);
    }

    @Override
    public boolean addAll(Collection<? extends Disposable> added) {
        return members.addAll(added);
    }

    @Override
    public boolean remove(Disposable member) {
        return members.remove(member);
    }

    @Override
    public int size() {
        return members.size();
    }

    @Override
    public void dispose() {
        DisposalBatch.run(members::dispose);
    }

    @Override
    public boolean isDisposed() {
        return members.isDisposed();
    }
}
