package io.github.reactoruring.internal.sys;

import java.lang.foreign.MemorySegment;

/**
 * Says who may do what with a file: pure.
 *
 * @param user the owner's number
 * @param group the group's
 * @param mode the permission bits, 0 to 0777
 * @param listed whether an access control list stands beside them, or may: then the group's bits are its mask, and say
 *     nothing of the group
 */
public record FileRights(int user, int group, int mode, boolean listed) {

    /** What to ask for. */
    public static final int STATX_MASK = Statx.STATX_MODE | Statx.STATX_UID | Statx.STATX_GID;

    /** Stands for those of a file that does not tell. */
    public static final FileRights UNKNOWN = new FileRights(-1, -1, 0, true);

    private static final int OWNERS = 0700;
    private static final int OTHERS = 07;

    /** Reads struct statx. Set-user-ID and the like are no rights to new content: whoever wrote it is somebody else. */
    public static FileRights read(MemorySegment status, boolean listed) {
        return new FileRights(Statx.userId(status), Statx.groupId(status), Statx.permissions(Statx.mode(status)) & 0777,
                listed);
    }

    /** Returns the same without the bits that let run, or enter. */
    public FileRights withoutExecution() {
        return new FileRights(user, group, mode & 0666, listed);
    }

    /**
     * Returns the mode of a file that takes this one's place in {@code newGroup}, without its list: nobody but the new
     * owner may do with it what he might not with this one.
     *
     * <p>In another group, members of the old one are others now, and members of the new one were: both get what the old
     * group and the old others had in common. What a list gave or denied to somebody the bits do not tell.
     */
    public int modeIn(int newGroup) {
        if (listed) {
            return mode & OWNERS;
        }
        if (newGroup == group) {
            return mode;
        }
        int common = mode >> 3 & mode & OTHERS;
        return mode & OWNERS | common << 3 | common;
    }
}
