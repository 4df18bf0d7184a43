package io.github.reactoruring.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.testing.ScriptedLoop;

/** A file is closed, and its listeners told, also where there is no memory to queue its CLOSE. */
@Tag("simulation")
class CloseWithoutMemoryTest {

    private final ScriptedLoop under = ScriptedLoop.open();
    private final List<Integer> results = new ArrayList<>();

    @Test
    void aCloseThatCannotBeQueuedIsNotForgotten() throws Exception {
        OpenFile file = under.openFile("file");
        failToQueueOnce();

        file.close(results::add);
        under.turns(5);

        assertThat(results).hasSize(1);
        under.shutDown().join();
        assertThat(under.loop().failure()).isNull();
    }

    private void failToQueueOnce() throws ReflectiveOperationException {
        Field submitter = Turn.class.getDeclaredField("submitter");
        submitter.setAccessible(true);
        Field queued = Submitter.class.getDeclaredField("queued");
        queued.setAccessible(true);
        boolean[] full = {true};
        queued.set(submitter.get(under.owner()), new ArrayDeque<Request>() {
            @Override
            public boolean add(Request request) {
                if (full[0]) {
                    full[0] = false;
                    throw new OutOfMemoryError("once");
                }
                return super.add(request);
            }
        });
    }
}
