package io.github.reactoruring.spring.boot;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.Uring;
import io.github.reactoruring.UringBuilder;
import io.github.reactoruring.UringUnavailableException;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * Says whether the application has a ring, or why not.
 *
 * @param uring the ring, or null
 * @param cause why there is none, and what to do about it; null if there is one
 */
public record UringAvailability(@Nullable Uring uring, @Nullable UringUnavailableException cause) {

    private static final Logger LOG = Loggers.getLogger(UringAvailability.class);

    /** Checks that it is one or the other. */
    public UringAvailability {
        if ((uring == null) == (cause == null)) {
            throw new IllegalArgumentException("either a ring or a cause why there is none");
        }
    }

    /** Opens a ring, or warns once that there is none. */
    static UringAvailability open(UringProperties properties) {
        try {
            return new UringAvailability(builder(properties).build(), null);
        } catch (UringUnavailableException e) {
            LOG.warn("Files are served by Spring's own means, not by io_uring. " + e.getMessage()
                    + " (To silence this: reactor-uring.enabled=false)");
            return new UringAvailability(null, e);
        }
    }

    private static UringBuilder builder(UringProperties properties) {
        int submissions = properties.submissionEntries();
        int completions = properties.completionEntries();
        UringBuilder builder = Setting.use("name", properties.name(), () -> Uring.builder(properties.name()))
                .cancelPolicy(properties.cancelPolicy().policy())
                .timings(properties.timings());
        Setting.use("rings", properties.rings(), () -> builder.rings(properties.rings()));
        Setting.use("submission-entries", submissions, () -> builder.submissionEntries(submissions));
        Setting.use("completion-entries", completions, () -> builder.completionEntries(completions));
        if (completions < submissions) {
            throw Setting.refused("completion-entries", completions,
                    "It must be no fewer than reactor-uring.submission-entries, " + submissions + ".");
        }
        return builder;
    }

    /** Says whether Spring's own means take the place of a ring. */
    public boolean isFallback() {
        return uring == null;
    }

    /** Returns why there is no ring, and what to do about it. */
    String reason() {
        return Objects.requireNonNullElse(cause == null ? null : cause.getMessage(), "unknown");
    }
}
