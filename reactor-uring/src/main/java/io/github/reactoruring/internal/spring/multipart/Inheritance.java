package io.github.reactoruring.internal.spring.multipart;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.FileStat;
import io.github.reactoruring.raw.Opcode;
import reactor.core.publisher.Mono;

/**
 * What a directory gives to the files that are made in it: its group, where it has the set-group-ID bit, an access
 * control list, the label of a security module. A hard link brings along what another directory gave.
 *
 * @param group the group's number, -1 where it is the process's
 * @param list whether there is a list
 * @param label the directory's own label, of which the module makes the file's; empty for none
 */
record Inheritance(int group, boolean list, byte[] label) {

    private static final int SET_GROUP_ID = 02000;
    private static final String LIST = "system.posix_acl_default";
    private static final String LABEL = "security.selinux";
    private static final byte[] NONE = {};

    /** Asks a directory. */
    static Mono<Inheritance> of(Uring uring, Path directory) {
        Mono<Integer> group = uring.fileSystem().stat(directory).map(Inheritance::group);
        return Mono.zip(group, attribute(uring, directory, LIST), attribute(uring, directory, LABEL))
                .map(found -> new Inheritance(found.getT1(), found.getT2().isPresent(), found.getT3().orElse(NONE)));
    }

    private static int group(FileStat directory) {
        return (directory.mode() & SET_GROUP_ID) == 0 ? -1 : directory.gid();
    }

    /** Where the filesystem knows no attributes, there is none. */
    private static Mono<Optional<byte[]>> attribute(Uring uring, Path directory, String name) {
        if (uring.raw().supports(Opcode.GETXATTR)) {
            return uring.fileSystem().getAttribute(directory, name).map(Optional::of)
                    .onErrorReturn(Optional.empty()).defaultIfEmpty(Optional.empty());
        }
        // That there is one is all that can be told: no two directories have the same then.
        return uring.fileSystem().listAttributes(directory).onErrorReturn(List.of())
                .map(names -> names.contains(name) ? Optional.of(directory.toString().getBytes()) : Optional.empty());
    }

    /** Says whether a file of this directory is as if it had been made in {@code other}. */
    boolean isThatOf(Inheritance other) {
        return group == other.group && !list && !other.list && Arrays.equals(label, other.label);
    }
}
