package io.github.reactoruring.internal.source.file;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_CLOSE;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.Descriptors;
import io.github.reactoruring.internal.ring.kernel.KernelDescriptors;
import io.github.reactoruring.internal.ring.scripted.KernelBehaviour;
import io.github.reactoruring.internal.ring.scripted.KernelRequest;
import io.github.reactoruring.internal.ring.scripted.KernelRequest.Place;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.ScriptedLoop;

/** Openings for which there is a descriptor, and no memory to learn of what. */
@Tag("fault")
class OpenScriptTest {

    @TempDir
    Path directory;

    private final ScriptedLoop under = ScriptedLoop.open();

    @AfterEach
    void close() {
        under.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "setStatusFlags"})
    void aFileThatNothingCanBeLearnedOfIsClosedAndItsOpenerTold(String call) throws Exception {
        Path path = Files.writeString(directory.resolve("file"), "content");
        under.ring().behaviour(new KernelBehaviour() {
            @Override
            protected Place place(KernelRequest request) {
                return Place.OVER;
            }
        });
        under.ring().descriptors(withoutMemoryFor(call));
        Probe<OpenFile> probe = Probe.idle();
        OpenMono.create(under.loop(), path.toString(), OpenOptions.how(false, StandardOpenOption.READ),
                (file, status, forceAsync) -> file).subscribe(probe);
        probe.request(1);
        under.turns(5);

        assertThat(probe.error()).isInstanceOf(OutOfMemoryError.class);
        assertThat(under.ring().taken(IORING_OP_CLOSE)).hasSize(1);
    }

    private static Descriptors withoutMemoryFor(String call) {
        Descriptors kernel = new KernelDescriptors();
        return (Descriptors) Proxy.newProxyInstance(Descriptors.class.getClassLoader(), new Class<?>[]{
                Descriptors.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals(call)) {
                        throw new OutOfMemoryError("a test's");
                    }
                    try {
                        return method.invoke(kernel, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
