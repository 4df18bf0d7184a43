package io.github.reactoruring.internal.ring.scripted;

import java.util.ArrayList;
import java.util.List;

/** Collects what the library did and must not do. Thread-safe: memory may be freed on any thread. */
public final class Violations {

    private final List<String> found = new ArrayList<>();

    public synchronized void add(String violation) {
        found.add(violation);
    }

    public synchronized List<String> found() {
        return List.copyOf(found);
    }

    /** Takes the violations out: for the tests that provoke one. */
    public synchronized List<String> drain() {
        List<String> all = List.copyOf(found);
        found.clear();
        return all;
    }

    /** Fails if there was any. */
    public void assertNone() {
        List<String> all = found();
        if (!all.isEmpty()) {
            throw new AssertionError(all.size() + " violations:\n  " + String.join("\n  ", all));
        }
    }
}
