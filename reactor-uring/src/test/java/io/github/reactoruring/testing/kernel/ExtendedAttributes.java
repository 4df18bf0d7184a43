package io.github.reactoruring.testing.kernel;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

/** Extended attributes by setxattr(2) and getxattr(2), for kernels whose rings have no operations for them. */
public final class ExtendedAttributes {

    private static final int MAX_BYTES = 65_536;

    private ExtendedAttributes() {
    }

    /** Sets one of the file that {@code path} leads to. */
    public static void set(Path path, String name, byte[] value) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MethodHandle setxattr = function("setxattr", ValueLayout.JAVA_INT, true);
            int result = (int) setxattr.invokeExact(arena.allocateFrom(path.toString()), arena.allocateFrom(name),
                    arena.allocateFrom(ValueLayout.JAVA_BYTE, value), (long) value.length, 0);
            if (result != 0) {
                throw new IOException("setxattr of " + name + " failed for " + path);
            }
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Returns one of the file that {@code path} leads to, null if it has none. */
    public static byte @Nullable [] get(Path path, String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(MAX_BYTES);
            MethodHandle getxattr = function("getxattr", ValueLayout.JAVA_LONG, false);
            long length = (long) getxattr.invokeExact(arena.allocateFrom(path.toString()), arena.allocateFrom(name),
                    value, value.byteSize());
            return length < 0 ? null : value.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    private static MethodHandle function(String name, ValueLayout result, boolean flags) {
        FunctionDescriptor descriptor = FunctionDescriptor.of(result, ValueLayout.ADDRESS, ValueLayout.ADDRESS,
                ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(),
                flags ? descriptor.appendArgumentLayouts(ValueLayout.JAVA_INT) : descriptor);
    }
}
