package io.github.reactoruring.samples.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/**
 * Pings a server on connections of its own, each every few ms unless it waits for an answer.
 *
 * @param nanos how long each ping took, in ascending order; one that had no answer at the end counts with the time it had
 *     waited
 * @param unanswered how many those are
 */
record Pings(long[] nanos, int unanswered) {

    /** Two for each event loop of Reactor Netty's, over which it spreads connections in turn. */
    private static final int CONNECTIONS = 2 * Math.max(4, Runtime.getRuntime().availableProcessors());
    private static final long PAUSE_NANOS = 5_000_000;
    private static final byte[] REQUEST = "GET /ping HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final String ANSWER_END = "pong";

    /** Pings for a while, then runs {@code end}, which must bring the answers that are still to come. */
    static Pings send(int port, long millis, Runnable end) throws Exception {
        long deadline = System.nanoTime() + millis * 1_000_000L;
        List<Callable<long[]>> pingers = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            pingers.add(() -> pingUntil(port, deadline));
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<long[]>> pinging = new ArrayList<>();
            pingers.forEach(pinger -> pinging.add(threads.submit(pinger)));
            LockSupport.parkNanos(deadline - System.nanoTime());
            end.run();
            List<long[]> results = new ArrayList<>();
            for (Future<long[]> pinger : pinging) {
                results.add(pinger.get());
            }
            return of(results);
        }
    }

    private static Pings of(List<long[]> results) {
        long[] all = results.stream().flatMapToLong(Arrays::stream).toArray();
        int unanswered = (int) Arrays.stream(all).filter(nanos -> nanos < 0).count();
        return new Pings(Arrays.stream(all).map(Math::abs).sorted().toArray(), unanswered);
    }

    /** Returns the times of the pings; that of one that was not answered by the deadline negated, and as it was then. */
    private static long[] pingUntil(int port, long deadline) throws IOException {
        List<Long> times = new ArrayList<>();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            do {
                long start = System.nanoTime();
                socket.getOutputStream().write(REQUEST);
                skipAnswer(socket.getInputStream());
                long end = System.nanoTime();
                times.add(end - deadline > 0 && start - deadline < 0 ? start - deadline : end - start);
                LockSupport.parkNanos(PAUSE_NANOS);
            } while (System.nanoTime() - deadline < 0);
        }
        return times.stream().mapToLong(Long::longValue).toArray();
    }

    private static void skipAnswer(InputStream input) throws IOException {
        int matched = 0;
        while (matched < ANSWER_END.length()) {
            int next = input.read();
            if (next < 0) {
                throw new IOException("The server closed the connection of a ping");
            }
            matched = next == ANSWER_END.charAt(matched) ? matched + 1 : next == ANSWER_END.charAt(0) ? 1 : 0;
        }
    }

    /** Returns the time that {@code share} of the pings did not exceed. */
    long quantile(double share) {
        return nanos[(int) Math.ceil(share * nanos.length) - 1];
    }

    @Override
    public String toString() {
        return String.format("%d pings, %d of them not answered; ms: median %.2f, 99 %% %.2f, longest %.2f",
                nanos.length,
                unanswered, quantile(0.5) / 1e6, quantile(0.99) / 1e6, quantile(1) / 1e6);
    }
}
