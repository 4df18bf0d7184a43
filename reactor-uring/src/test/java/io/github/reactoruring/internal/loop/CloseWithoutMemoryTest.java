package io.github.reactoruring.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
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
        Object submitter = submitter().get(under.owner());
        under.loop().execute(() -> exchange(null));
        file.close(results::add);
        under.loop().execute(() -> exchange(submitter));
        under.turns(5);

        assertThat(results).hasSize(1);
        under.shutDown().join();
        assertThat(under.loop().failure()).isNull();
    }

    /** Without its submitter the turn throws where it queues, as there was no memory. */
    private void exchange(@Nullable Object submitter) {
        try {
            submitter().set(under.owner(), submitter);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static Field submitter() throws NoSuchFieldException {
        Field field = Turn.class.getDeclaredField("submitter");
        field.setAccessible(true);
        return field;
    }
}
