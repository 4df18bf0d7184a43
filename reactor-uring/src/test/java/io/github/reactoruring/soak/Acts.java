package io.github.reactoruring.soak;

import java.util.List;
import java.util.stream.Stream;

/** Lists what users do. */
final class Acts {

    private static final List<Act> PLAIN = Stream.of(FileActs.all(), WriteActs.all(), PipeActs.all(), RawActs.all(),
            WaitingActs.all()).flatMap(List::stream).toList();

    private Acts() {
    }

    static List<Act> all() {
        return Stream.concat(PLAIN.stream(), RingActs.all().stream()).toList();
    }

    static Act named(String name) {
        return PLAIN.stream().filter(act -> act.name().equals(name)).findFirst().orElseThrow();
    }
}
