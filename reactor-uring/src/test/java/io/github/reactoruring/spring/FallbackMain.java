package io.github.reactoruring.spring;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.PrintWriter;

import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

import io.github.reactoruring.testing.process.SeccompFilter;

/** Runs the tests of a class by themselves, where io_uring is refused, as Docker does. Arguments: the errno and the class. */
public final class FallbackMain {

    /** Stands for the errno where io_uring is not refused. */
    static final String ALLOWED = "0";

    private FallbackMain() {
    }

    /** Runs it. */
    public static void main(String[] args) throws Throwable {
        if (!args[0].equals(ALLOWED)) {
            SeccompFilter.denyUring(Integer.parseInt(args[0]));
        }
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(args[1])).build();
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        // Spring's own means block where BlockHound watches.
        LauncherConfig config = LauncherConfig.builder().enableLauncherSessionListenerAutoRegistration(false).build();
        LauncherFactory.create(config).execute(request, summary);
        PrintWriter output = new PrintWriter(System.out, true);
        summary.getSummary().printFailuresTo(output, 10);
        output.println("succeeded=" + summary.getSummary().getTestsSucceededCount()
                + " others=" + (summary.getSummary().getTestsFoundCount()
                        - summary.getSummary().getTestsSucceededCount()));
        System.exit(0);
    }
}
