package io.github.reactoruring.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a class of this module in a JVM of its own, and keeps what it wrote.
 *
 * @param exitCode what the shell would see
 */
record ChildProcess(int exitCode, String out, String err) {

    private static final long LIMIT_SECONDS = 60;

    /** Returns the command that runs {@code mainClass} with this JVM's class path. */
    static List<String> java(Class<?> mainClass, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED", "-classpath", System.getProperty("java.class.path"),
                        mainClass.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Runs {@code command} to its end, with standard input empty; its output goes to files in {@code directory}. */
    static ChildProcess run(Path directory, List<String> command) throws IOException, InterruptedException {
        Path out = directory.resolve("out.txt");
        Path err = directory.resolve("err.txt");
        Process process = new ProcessBuilder(command).redirectInput(new File("/dev/null"))
                .redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        try {
            assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).as("%s ended in time", command).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new ChildProcess(process.exitValue(), Files.readString(out), Files.readString(err));
    }
}
