package io.github.reactoruring.spring.boot;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

import io.github.reactoruring.CancelPolicy;

/**
 * Holds the properties {@code reactor-uring.*}.
 *
 * @param enabled whether there is to be a ring. Without one, files are served by Spring's own means.
 * @param name name of the ring, which goes into the names of its threads and of its meters.
 * @param rings number of rings, each with a thread of its own.
 * @param submissionEntries how many requests fit between two system calls.
 * @param completionEntries how many requests may be in flight.
 * @param cancelPolicy how disposals become cancels.
 * @param timings whether the ring's thread times its turns, for the meters.
 * @param closeTimeout how long the application's end waits for the kernel to be done.
 * @param web how files are served.
 * @param multipart how the parts of multipart requests are stored.
 */
@ConfigurationProperties("reactor-uring")
public record UringProperties(@DefaultValue("true") boolean enabled, @DefaultValue("spring") String name,
        @DefaultValue("1") int rings, @DefaultValue("512") int submissionEntries,
        @DefaultValue("8192") int completionEntries, @DefaultValue("coalesce") Cancels cancelPolicy,
        @DefaultValue("true") boolean timings, @DefaultValue("15s") Duration closeTimeout, @DefaultValue Web web,
        @DefaultValue Multipart multipart) {

    /** How disposals become cancels. */
    public enum Cancels {
        /** A single cancel for many, as far as it does not hold up the others on the ring. */
        COALESCE(CancelPolicy.coalesce()),
        /** The fewest cancels, whatever they cost. */
        ALWAYS(CancelPolicy.always()),
        /** One cancel for each request. */
        PER_REQUEST(CancelPolicy.perRequest());

        private final CancelPolicy policy;

        Cancels(CancelPolicy policy) {
            this.policy = policy;
        }

        CancelPolicy policy() {
            return policy;
        }
    }

    /**
     * Says how files are served.
     *
     * @param enabled whether resources that are files on a disk are served by the ring.
     * @param chunkSize how much is read at once.
     * @param maxInFlight how much of one response is in memory at most, whatever the server requests.
     * @param checkBodies whether the body of a request fails that ends before it is whole.
     * @param endBodies whether the body of every response, whatever it is, ends with its exchange.
     */
    public record Web(@DefaultValue("true") boolean enabled, @DefaultValue("64KB") DataSize chunkSize,
            @DefaultValue("512KB") DataSize maxInFlight, @DefaultValue("true") boolean checkBodies,
            @DefaultValue("true") boolean endBodies) {
    }

    /**
     * Says how the parts of multipart requests are stored; their limits are in {@code spring.webflux.multipart}.
     *
     * @param enabled whether parts that are too large for the memory are stored by the ring.
     */
    public record Multipart(@DefaultValue("true") boolean enabled) {
    }
}
