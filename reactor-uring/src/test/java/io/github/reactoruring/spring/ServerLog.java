package io.github.reactoruring.spring;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Keeps what is logged as a warning or worse. */
final class ServerLog extends Handler implements AutoCloseable {

    private final List<LogRecord> entries = new CopyOnWriteArrayList<>();

    /** Starts to listen. */
    ServerLog() {
        Logger.getLogger("").addHandler(this);
    }

    /** Returns the messages so far, with what was thrown. */
    List<String> messages() {
        return entries.stream().map(entry -> entry.getMessage() + " " + entry.getThrown()).toList();
    }

    @Override
    public void publish(LogRecord entry) {
        // Reactor Netty's own line, without a stack trace, about an upload it cannot tell anybody of any more.
        boolean ofReactorNetty = entry.getLoggerName().startsWith("reactor.netty") && entry.getThrown() == null
                && entry.getMessage().contains("post termination");
        if (entry.getLevel().intValue() >= Level.WARNING.intValue() && !ofReactorNetty) {
            entries.add(entry);
        }
    }

    @Override
    public void flush() {
        // Nothing is kept back.
    }

    @Override
    public void close() {
        Logger.getLogger("").removeHandler(this);
    }
}
