package io.github.reactoruring.soak;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Keeps the accounts of a soak: who is subscribed and has not ended, what broke a rule, how often what was done. */
final class Ledger {

    private static final int KEPT_VIOLATIONS = 50;

    private final Set<Witness<?>> open = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<String> violations = new ConcurrentLinkedQueue<>();
    private final AtomicInteger violated = new AtomicInteger();
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    void opened(Witness<?> witness) {
        open.add(witness);
        count("subscriptions");
    }

    void ended(Witness<?> witness, String how) {
        if (open.remove(witness)) {
            count(how);
        }
    }

    void count(String what) {
        counts.computeIfAbsent(what, unused -> new LongAdder()).increment();
    }

    void violated(String rule) {
        if (violated.incrementAndGet() <= KEPT_VIOLATIONS) {
            violations.add(rule);
        }
    }

    /** Returns those who are subscribed, and have neither ended nor left. */
    Set<Witness<?>> open() {
        return open;
    }

    List<String> violations() {
        return List.copyOf(violations);
    }

    /** Returns how often each thing was done. */
    Map<String, Long> counts() {
        Map<String, Long> all = new TreeMap<>();
        counts.forEach((what, count) -> all.put(what, count.sum()));
        return all;
    }
}
