package io.github.reactoruring.internal.loop;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * Maps user_data to the request in flight, and counts what is in flight by opcode and file.
 *
 * <p>A slot is given back only by its request's final CQE; slots are reused in the order they were given back, so
 * that a generation lasts long. <b>Threads:</b> owner only.
 */
final class InFlightTable {

    /** The next in the stack of {@link Abandoned}. */
    @Nullable
    InFlightTable abandonedBefore;
    private @Nullable Request[] requests = new Request[64];
    private long[] generations = new long[64];
    /** A ring of free slots: firstFree … firstFree + free. */
    private int[] freeSlots = new int[64];
    private int firstFree;
    private int free;
    private int size;
    private int bounded;
    private int sequence;
    private final OpcodeCounts byOpcode = new OpcodeCounts(OpcodeCounts.ANY);
    /** The requests whose user_data the user chose. */
    private final Map<Long, Request> chosen = new HashMap<>();

    InFlightTable() {
        addFreeSlots(0, requests.length);
    }

    int size() {
        return size;
    }

    /** Returns how many of them end by themselves soon, so that they are counted against the completion queue. */
    int bounded() {
        return bounded;
    }

    OpcodeCounts byOpcode() {
        return byOpcode;
    }

    /** Gives the request a slot, and its user_data. */
    long claim(Request request) {
        if (free == 0) {
            grow();
        }
        Long chosenUserData = request.chosenUserData();
        if (chosenUserData != null) {
            // First, since it takes memory.
            chosen.put(chosenUserData, request);
        }
        int slot = freeSlots[firstFree];
        firstFree = (firstFree + 1) & (freeSlots.length - 1);
        free--;
        size++;
        requests[slot] = request;
        long userData = chosenUserData == null ? UserData.request(slot, generations[slot]) : chosenUserData;
        request.claimed(slot, userData, sequence++);
        count(request, 1);
        return userData;
    }

    /** Says whether a request under this user_data, chosen by the user, is in flight already. */
    boolean isTaken(@Nullable Long chosenUserData) {
        return chosenUserData != null && chosen.containsKey(chosenUserData);
    }

    /** Returns the request in flight under this user_data; null when its slot has moved on. */
    @Nullable
    Request lookup(long userData) {
        if (UserData.kind(userData) == UserData.CHOSEN) {
            return chosen.get(userData);
        }
        int slot = UserData.slot(userData);
        if (slot >= requests.length || generations[slot] != UserData.generation(userData)) {
            return null;
        }
        return requests[slot];
    }

    void retire(Request request) {
        int slot = request.slot();
        requests[slot] = null;
        Long chosenUserData = request.chosenUserData();
        if (chosenUserData != null) {
            chosen.remove(chosenUserData);
        }
        generations[slot] = UserData.generation(UserData.request(0, generations[slot] + 1));
        freeSlots[(firstFree + free) & (freeSlots.length - 1)] = slot;
        free++;
        size--;
        count(request, -1);
    }

    /** Takes a request off when the ring is given up: nobody reaches it from here, and what it was counted on keeps its count. */
    void forget(Request request) {
        requests[request.slot()] = null;
        size--;
    }

    /** Visits all; none is to be added or to end meanwhile. */
    void forEach(Consumer<Request> action) {
        for (Request request : requests) {
            if (request != null) {
                action.accept(request);
            }
        }
    }

    /** Returns how many slots there are, most of them empty. */
    int slots() {
        return requests.length;
    }

    /** Returns the request in a slot, or null. */
    @Nullable
    Request at(int slot) {
        return requests[slot];
    }

    /** Says whether this request is in flight. */
    boolean holds(Request request) {
        int slot = request.slot();
        return slot >= 0 && requests[slot] == request;
    }

    boolean holdsOneOf(EventLoop loop) {
        for (Request request : requests) {
            if (request != null && request.loop() == loop) {
                return true;
            }
        }
        return false;
    }

    private void count(Request request, int delta) {
        byOpcode.add(request.opcode(), delta);
        bounded += request.takesRoom() ? delta : 0;
        OpenFile file = request.file();
        if (file != null) {
            file.count(request.opcode(), request.elusive(), delta);
        }
        OpenFile second = request.secondFile();
        if (second != null) {
            second.count(request.opcode(), true, delta);
        }
    }

    private void grow() {
        int old = requests.length;
        if (old >= UserData.MAX_SLOTS) {
            throw new IllegalStateException("More than " + UserData.MAX_SLOTS + " requests in flight on one ring");
        }
        // All or nothing: there may be no memory for one of them.
        @Nullable
        Request[] moreRequests = Arrays.copyOf(requests, old * 2);
        long[] moreGenerations = Arrays.copyOf(generations, old * 2);
        freeSlots = new int[old * 2];
        requests = moreRequests;
        generations = moreGenerations;
        firstFree = 0;
        addFreeSlots(old, old * 2);
    }

    private void addFreeSlots(int from, int to) {
        for (int slot = from; slot < to; slot++) {
            freeSlots[free++] = slot;
        }
    }
}
