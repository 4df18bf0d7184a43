package io.github.reactoruring.internal.source.watch;

import java.util.Objects;

import io.github.reactoruring.file.DirectoryChange.Kind;
import io.github.reactoruring.internal.sys.InotifyEvents;

/** Translates between kinds of change and inotify's masks. */
final class ChangeKinds {

    private static final Kind[] KINDS = Kind.values();

    private ChangeKinds() {
    }

    /** Returns the mask of a watch; no kind means all. */
    static int mask(Kind... kinds) {
        Objects.requireNonNull(kinds, "kinds");
        int mask = InotifyEvents.IN_ONLYDIR | InotifyEvents.IN_MOVE_SELF;
        for (Kind kind : kinds.length == 0 ? KINDS : kinds) {
            if (Objects.requireNonNull(kind, "one of the kinds").isChoice()) {
                mask |= bit(kind);
            } else if (kinds.length > 0) {
                throw new IllegalArgumentException(kind + " is always told: it cannot be asked for");
            }
        }
        return mask;
    }

    /** Returns the kind of an event. */
    static Kind of(int mask) {
        for (Kind kind : KINDS) {
            if ((mask & bit(kind)) != 0) {
                return kind;
            }
        }
        throw new IllegalStateException("No kind for the inotify mask 0x" + Integer.toHexString(mask));
    }

    private static int bit(Kind kind) {
        return switch (kind) {
            case WATCHING -> 0;
            case CREATED -> InotifyEvents.IN_CREATE;
            case MODIFIED -> InotifyEvents.IN_MODIFY;
            case WRITTEN -> InotifyEvents.IN_CLOSE_WRITE;
            case ATTRIBUTES -> InotifyEvents.IN_ATTRIB;
            case DELETED -> InotifyEvents.IN_DELETE;
            case MOVED_FROM -> InotifyEvents.IN_MOVED_FROM;
            case MOVED_TO -> InotifyEvents.IN_MOVED_TO;
            case DIRECTORY_MOVED -> InotifyEvents.IN_MOVE_SELF;
            case OVERFLOW -> InotifyEvents.IN_Q_OVERFLOW;
        };
    }
}
