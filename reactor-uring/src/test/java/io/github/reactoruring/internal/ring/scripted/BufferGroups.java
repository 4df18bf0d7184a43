package io.github.reactoruring.internal.ring.scripted;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import io.github.reactoruring.internal.ring.kernel.BufferRing;

/** The scripted kernel's side of the rings of provided buffers: takes from the head, and knows which it has. */
public final class BufferGroups {

    private static final int ENTRY_BYTES = 16;
    private static final long TAIL_OFFSET = 14;

    /** A buffer the kernel may fill. */
    public record Buffer(int id, long address, int length) {
    }

    private final Violations violations;
    private final Map<Integer, Group> groups = new HashMap<>();

    public BufferGroups(Violations violations) {
        this.violations = violations;
    }

    void add(BufferRing ring) {
        groups.put(ring.group(), new Group(ring));
    }

    /** Takes a buffer; null: ENOBUFS. */
    public Buffer take(int groupId) {
        Group group = groups.get(groupId);
        return group == null ? null : group.take();
    }

    /** Returns how many buffers were taken and not given back. */
    int out() {
        return groups.values().stream().mapToInt(Group::out).sum();
    }

    void freeAll() {
        groups.values().forEach(group -> group.ring.free());
        groups.clear();
    }

    private final class Group {

        final BufferRing ring;
        private final MemorySegment entries;
        /** The ids that wait between head and tail. */
        private final Set<Integer> available = new HashSet<>();
        private short head;
        private short seenTail;

        Group(BufferRing ring) {
            this.ring = ring;
            entries = CheckedMemory.segment(ring.ringAddress(), (long) ring.entries() * ENTRY_BYTES);
        }

        private void look() {
            short tail = entries.get(ValueLayout.JAVA_SHORT, TAIL_OFFSET);
            for (; seenTail != tail; seenTail++) {
                int id = entries.get(ValueLayout.JAVA_SHORT, entry(seenTail) + 12);
                if (!available.add(id)) {
                    violations.add("provided buffer " + id + " was given back twice");
                }
            }
        }

        private long entry(short index) {
            return (long) (index & ring.entries() - 1) * ENTRY_BYTES;
        }

        public Buffer take() {
            look();
            if (head == seenTail) {
                return null;
            }
            long entry = entry(head++);
            int id = entries.get(ValueLayout.JAVA_SHORT, entry + 12);
            available.remove(id);
            return new Buffer(id, entries.get(ValueLayout.JAVA_LONG, entry),
                    entries.get(ValueLayout.JAVA_INT, entry + 8));
        }

        int out() {
            look();
            return ring.entries() - available.size();
        }
    }
}
