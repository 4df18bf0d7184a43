package io.github.reactoruring.internal.sys;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class FileRightsTest {

    private static final int OLD_GROUP = 1;
    private static final int NEW_GROUP = 2;

    /** Whoever is not the new owner: a member of the old group, of the new one, of both, or of none. */
    @Property
    void nobodyMayDoWhatHeMightNotBefore(@ForAll @IntRange(max = 0777) int mode, @ForAll boolean inOld,
            @ForAll boolean inNew, @ForAll boolean sameGroup) {
        int newGroup = sameGroup ? OLD_GROUP : NEW_GROUP;
        int now = new FileRights(10, OLD_GROUP, mode, false).modeIn(newGroup);

        int before = may(mode, inOld);
        int after = may(now, sameGroup ? inOld : inNew);

        assertThat(after & ~before).as("%o became %o", mode, now).isZero();
        assertThat(now & 0700).isEqualTo(mode & 0700);
    }

    private static int may(int mode, boolean member) {
        return member ? mode >> 3 & 07 : mode & 07;
    }

    @Example
    void inTheSameGroupAllStays() {
        assertThat(new FileRights(10, OLD_GROUP, 0754, false).modeIn(OLD_GROUP)).isEqualTo(0754);
    }

    @Example
    void besideAListTheBitsSayNothingOfAnybodyButTheOwner() {
        assertThat(new FileRights(10, OLD_GROUP, 0777, true).modeIn(OLD_GROUP)).isEqualTo(0700);
    }
}
