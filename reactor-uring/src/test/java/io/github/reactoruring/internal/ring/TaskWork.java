package io.github.reactoruring.internal.ring;

import java.util.ArrayList;
import java.util.List;

/** Holds completions until an enter lets the scripted kernel run them. */
final class TaskWork {

    /**
     * A completion to post; the last one of its request ends it.
     *
     * @param attempt whether the request is tried again only now, and the result is what that gives
     */
    record Item(KernelRequest request, int result, int flags, boolean last, boolean attempt) {

        Item(KernelRequest request, int result, int flags, boolean last) {
            this(request, result, flags, last, false);
        }
    }

    private final List<Item> items = new ArrayList<>();

    void add(Item item) {
        items.add(item);
    }

    boolean isEmpty() {
        return items.isEmpty();
    }

    /** Takes the one the kernel chooses; completions of one request keep their order. */
    Item take(KernelBehaviour behaviour) {
        KernelRequest request = items.get(behaviour.nextTaskWork(items.size())).request();
        int first = 0;
        while (items.get(first).request() != request) {
            first++;
        }
        return items.remove(first);
    }
}
