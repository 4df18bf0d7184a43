package io.github.reactoruring.testing;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.UniqueId.Segment;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Tells whoever watches the build what they must see: each failure as it happens, and at the end what was skipped and why.
 *
 * <p>Surefire takes System.out and System.err, and puts what tests print there into a file for each class. The JVM's own
 * stderr it hands on to the terminal.
 */
public final class ConsoleReport implements TestExecutionListener {

    private static final int CAUSES_MAX = 5;
    private static final int FRAMES_MAX = 12;
    private static final int CLASSES_MAX = 4;
    private static final int REASON_CHARS_MAX = 200;
    private static final String CALLER_OF_TESTS = "java.lang.reflect.Method";
    private static final String ASSUMPTION = "Assumption failed: ";

    private final PrintStream console;
    private final Path outputs;
    /** By the reason without its numbers, for the TCK has the same one for every number of elements. */
    private final Map<String, Skipped> skipped = new TreeMap<>();

    private record Skipped(String reason, Set<String> classes) {
    }

    /** Used by JUnit, which finds the name of this class in {@code META-INF/services}. */
    public ConsoleReport() {
        this(new PrintStream(new FileOutputStream(FileDescriptor.err), true),
                Path.of(System.getProperty("basedir", ""), "target", "surefire-reports"));
    }

    ConsoleReport(PrintStream console, Path outputs) {
        this.console = console;
        this.outputs = outputs;
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        skip(test, reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        Throwable cause = result.getThrowable().orElse(null);
        if (result.getStatus() == Status.ABORTED) {
            skip(test, cause == null ? null : cause.getMessage());
        } else if (result.getStatus() == Status.FAILED) {
            fail(test, cause);
        }
    }

    @Override
    public void testPlanExecutionFinished(TestPlan plan) {
        skipped.values().forEach(skip -> console.println("SKIPPED " + names(skip.classes()) + ": " + skip.reason()));
        skipped.clear();
    }

    private void skip(TestIdentifier test, @Nullable String said) {
        String reason = said == null ? "nobody says why" : inOneLine(said);
        skipped.computeIfAbsent(reason.replaceAll("\\d+", "N"), alike -> new Skipped(reason, new TreeSet<>())).classes()
                .add(simpleName(classOf(test)));
    }

    private static String inOneLine(String said) {
        String line = said.strip().replaceAll("\\s+", " ");
        String reason = line.startsWith(ASSUMPTION) ? line.substring(ASSUMPTION.length()) : line;
        return reason.length() <= REASON_CHARS_MAX ? reason : reason.substring(0, REASON_CHARS_MAX) + "...";
    }

    private static String names(Set<String> classes) {
        String first = classes.stream().limit(CLASSES_MAX).collect(Collectors.joining(", "));
        return classes.size() <= CLASSES_MAX ? first : first + " and " + (classes.size() - CLASSES_MAX) + " more";
    }

    private void fail(TestIdentifier test, @Nullable Throwable failure) {
        String tested = classOf(test);
        console.println("FAILED " + simpleName(tested) + ", " + nameOf(test));
        Stream.iterate(failure, Objects::nonNull, Throwable::getCause).limit(CAUSES_MAX).forEach(cause -> {
            console.println((cause == failure ? "" : "Caused by: ") + cause);
            Arrays.stream(cause.getStackTrace()).takeWhile(frame -> !frame.getClassName().equals(CALLER_OF_TESTS))
                    .limit(FRAMES_MAX).forEach(frame -> console.println("\tat " + frame));
        });
        console.println("OUTPUT " + outputs.resolve(tested + "-output.txt"));
        if (failure != null) {
            // Not trimmed, and among what the test printed.
            failure.printStackTrace();
        }
    }

    /** Returns the method, and of a parameterized one the run and its arguments. */
    private static String nameOf(TestIdentifier test) {
        String method = test.getLegacyReportingName();
        return method.equals(test.getDisplayName()) ? method : method + " " + test.getDisplayName();
    }

    /** Returns the top-level class, which Surefire calls the file after; of an engine that fails, its name. */
    private static String classOf(TestIdentifier test) {
        List<Segment> path = test.getUniqueIdObject().getSegments();
        return path.get(Math.min(1, path.size() - 1)).getValue();
    }

    private static String simpleName(String className) {
        return className.substring(className.lastIndexOf('.') + 1);
    }
}
