package io.github.reactoruring.internal.ring.scripted;

import java.util.ArrayList;
import java.util.List;

/** Holds completions until an enter lets the scripted kernel run them. */
final class TaskWork {

    /** Says what is to be done. */
    enum Kind {
        /** Post a completion with more to come. */
        POST,
        /** Post the final completion. */
        LAST,
        /** Let the request try again, and post what that gives. */
        ATTEMPT,
        /** Start a request that waited behind another. */
        START
    }

    record Item(KernelRequest request, Kind kind, int result, int flags) {

        static Item post(KernelRequest request, int result, int flags) {
            return new Item(request, Kind.POST, result, flags);
        }

        static Item last(KernelRequest request, int result, int flags) {
            return new Item(request, Kind.LAST, result, flags);
        }

        static Item attempt(KernelRequest request) {
            return new Item(request, Kind.ATTEMPT, 0, 0);
        }

        static Item start(KernelRequest request) {
            return new Item(request, Kind.START, 0, 0);
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
