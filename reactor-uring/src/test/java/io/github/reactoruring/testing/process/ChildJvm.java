package io.github.reactoruring.testing.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a main class of the tests in a JVM of its own, where it can be denied things. */
public final class ChildJvm {

    private static final int DEADLINE_SECONDS = 60;

    private final List<String> prefix = new ArrayList<>();
    private final List<String> jvmArguments = new ArrayList<>(List.of("--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m"));

    /** Puts commands before {@code java}, such as {@code setpriv --no-new-privs}. */
    public ChildJvm under(String... command) {
        prefix.addAll(List.of(command));
        return this;
    }

    /** Adds an argument of the JVM. */
    public ChildJvm with(String jvmArgument) {
        jvmArguments.add(jvmArgument);
        return this;
    }

    /** Runs it in the C locale, as most containers do. */
    public ChildJvm underTheCLocale() {
        return under("env", "-u", "LC_CTYPE", "-u", "JAVA_TOOL_OPTIONS", "LC_ALL=C");
    }

    /** Leaves the JVM without leave to call native code. */
    public ChildJvm withoutNativeAccess() {
        jvmArguments.remove(0);
        return with("--illegal-native-access=deny");
    }

    /** Starts {@code main}, which is the caller's to end. */
    public Process start(Class<?> main, String... arguments) throws IOException {
        Process process = new ProcessBuilder(command(main, arguments)).redirectErrorStream(true).start();
        process.getOutputStream().close();
        return process;
    }

    private List<String> command(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmArguments);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Runs {@code main} and returns what it printed; fails if it did not exit with 0. */
    public String run(Class<?> main, String... arguments) throws IOException, InterruptedException {
        Process process = start(main, arguments);
        String output = new String(process.getInputStream().readAllBytes());
        if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new AssertionError(command(main, arguments) + " failed: " + output);
        }
        return output;
    }
}
