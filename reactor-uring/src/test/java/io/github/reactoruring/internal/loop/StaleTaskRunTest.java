package io.github.reactoruring.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.internal.ring.Ring;
import io.github.reactoruring.internal.ring.scripted.ScriptedRing;

/** The kernel may leave TASKRUN set with nothing to run: it queues work first and sets the flag after. */
@Tag("race")
class StaleTaskRunTest {

    @Test
    @Timeout(20)
    void endsTheTurnThoughTheFlagStays() {
        ScriptedRing scripted = new ScriptedRing(8, 16);
        Ring ring = withStaleFlag(scripted);
        Turn turn = new Turn(new EventLoop("stale", ring, ring::wake, false), CancelPolicy.coalesce(), 16);
        turn.start();

        turn.run();
        int enters = scripted.enters();
        turn.run();

        assertThat(scripted.enters() - enters).as("enters of a turn with nothing to do").isLessThanOrEqualTo(2);
        scripted.violations().assertNone();
    }

    private static Ring withStaleFlag(Ring ring) {
        return (Ring) Proxy.newProxyInstance(Ring.class.getClassLoader(), new Class<?>[]{Ring.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("taskWorkPending")) {
                        return true;
                    }
                    try {
                        return method.invoke(ring, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
