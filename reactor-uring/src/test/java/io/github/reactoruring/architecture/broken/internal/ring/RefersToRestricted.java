package io.github.reactoruring.architecture.broken.internal.ring;

import java.lang.foreign.Linker;
import java.util.function.Consumer;

/** Reaches restricted methods by a call and by a method reference, from where that is not allowed. */
public final class RefersToRestricted {
    final Consumer<String> loader = System::load;

    Object symbol() {
        return Linker.nativeLinker().downcallHandle(null);
    }
}
