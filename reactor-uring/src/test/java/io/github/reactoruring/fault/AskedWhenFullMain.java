package io.github.reactoruring.fault;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.github.reactoruring.Uring;

/**
 * Asks for io_uring for the first time when no file can be opened any more, and again when some can. Arguments: the folder of
 * the library's classes.
 */
public final class AskedWhenFullMain {

    private static final Path DEV_NULL = Path.of("/dev/null");

    private AskedWhenFullMain() {
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        // In a jar that is open their files need no descriptor; here each is a file of its own.
        loadAll(Path.of(args[0]));
        tell("rehearsed", null);
        List<FileInputStream> open = new ArrayList<>();
        try {
            while (true) {
                open.add(new FileInputStream(DEV_NULL.toFile()));
            }
        } catch (IOException full) {
            tell("full", Uring.unavailabilityCause());
            tell("full again", Uring.unavailabilityCause());
        }
        for (FileInputStream stream : open) {
            stream.close();
        }
        tell("freed", Uring.unavailabilityCause());
        System.out.println("available=" + Uring.isAvailable());
        Uring.shared().raw().nop().block();
        System.out.println("works");
    }

    private static void tell(String when, Throwable cause) {
        System.out.println(when + ": " + (cause == null ? "available" : cause.getMessage()));
    }

    /** Loads what it can, and initialises nothing. */
    private static void loadAll(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.filter(file -> file.toString().endsWith(".class")).forEach(file -> load(folder.relativize(file)));
        }
    }

    private static void load(Path file) {
        String name = file.toString().replace('/', '.').replaceAll("\\.class$", "");
        try {
            Class.forName(name, false, AskedWhenFullMain.class.getClassLoader()).getMethods();
        } catch (ClassNotFoundException | LinkageError e) {
            // It needs what is not there: not for here.
        }
    }
}
