package io.github.reactoruring.architecture.broken.raw;

import org.springframework.core.io.Resource;

/** Breaks the rule that only its integration knows a library. */
record KnowsSpring(Resource resource) {
}
