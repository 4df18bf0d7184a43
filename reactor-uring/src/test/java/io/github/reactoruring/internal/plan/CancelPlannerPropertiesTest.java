package io.github.reactoruring.internal.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.internal.plan.SimulatedRing.Request;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.PropertyDefaults;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.statistics.Statistics;

/** Holds the planner to what a simulated kernel matches, on small tables where every set of keys can be tried. */
@PropertyDefaults(tries = 3000, edgeCases = EdgeCasesMode.NONE)
class CancelPlannerPropertiesTest {

    @Property
    void matchesExactlyTheDisposedRequests(@ForAll("rings") SimulatedRing ring,
            @ForAll("capabilities") CancelCapabilities capabilities, @ForAll("policies") CancelPolicy policy) {
        CancelPlan plan = CancelPlanner.plan(ring, ring.disposed(), capabilities, policy);

        Set<Long> singles = Arrays.stream(plan.byUserData()).boxed().collect(Collectors.toSet());
        for (Request request : ring.requests) {
            boolean byWideKey = plan.wideKeys().stream().anyMatch(key -> ring.matches(key, request));
            boolean bySingle = singles.contains(request.userData());
            assertThat(byWideKey || bySingle).as("%s matched by %s", request, plan).isEqualTo(request.disposed());
            assertThat(byWideKey && bySingle).as("%s matched twice by %s", request, plan).isFalse();
        }
        assertThat(plan.byUserData()).doesNotHaveDuplicates();
    }

    @Property
    void usesOnlyFlagsTheKernelTakes(@ForAll("rings") SimulatedRing ring,
            @ForAll("capabilities") CancelCapabilities capabilities) {
        CancelPlan plan = CancelPlanner.plan(ring, ring.disposed(), capabilities, CancelPolicy.always());

        assertThat(plan.wideKeys()).allMatch(key -> SimulatedRing.supports(capabilities, key.flags()));
    }

    @Property
    void saysWhatEachKeyCovers(@ForAll("rings") SimulatedRing ring,
            @ForAll("policies") CancelPolicy policy) {
        List<Disposed> disposed = ring.disposed();
        CancelPlan plan = CancelPlanner.plan(ring, disposed, SimulatedRing.LINUX_6_6, policy);

        List<Long> accountedFor = new ArrayList<>(Arrays.stream(plan.byUserData()).boxed().toList());
        for (CancelKey key : plan.wideKeys()) {
            List<Long> matched = ring.requests.stream().filter(request -> ring.matches(key, request))
                    .map(Request::userData).toList();
            List<Long> covered = Arrays.stream(key.covered()).mapToObj(i -> disposed.get(i).userData()).toList();
            assertThat(covered).hasSizeGreaterThan(1).isSubsetOf(matched);
            accountedFor.addAll(covered);
        }
        assertThat(accountedFor)
                .containsExactlyInAnyOrderElementsOf(disposed.stream().map(Disposed::userData).toList());
    }

    @Property
    void makesTheFewestKeysWhenAlwaysCoalescing(@ForAll("rings") SimulatedRing ring,
            @ForAll("capabilities") CancelCapabilities capabilities) {
        CancelPlan plan = CancelPlanner.plan(ring, ring.disposed(), capabilities, CancelPolicy.always());

        Statistics.label("wide keys").collect(plan.wideKeys().size());
        PlanSize size = PlanSize.of(ring, plan);
        PlanSize smallest = SmallestPlan.of(ring, capabilities).size();
        Statistics.label("with the fewest visits").collect(size.charge() == smallest.charge());
        assertThat(size.sqes()).isEqualTo(smallest.sqes());
        assertThat(size.charge()).isBetween(smallest.charge(),
                PlanSize.MOST_TIMES_THE_FEWEST_VISITS * smallest.charge());
    }

    @Property
    void staysWithinTheStallBudgetTogetherWithItsPlanning(@ForAll("rings") SimulatedRing ring,
            @ForAll("capabilities") CancelCapabilities capabilities, @ForAll @LongRange(max = 400) long budget) {
        CancelPlan plan = CancelPlanner.plan(ring, ring.disposed(), capabilities, CancelPolicy.coalesce(budget));

        long charge = PlanSize.of(ring, plan).charge();
        Statistics.label("charged").collect(charge > 0);
        assertThat(charge == 0 ? 0 : charge + PlanSize.planning(ring.disposed().size())).isLessThanOrEqualTo(budget);
    }

    @Property
    void makesTheFewestKeysWhereverFourTimesTheirVisitsFitTheBudget(@ForAll("rings") SimulatedRing ring,
            @ForAll("capabilities") CancelCapabilities capabilities, @ForAll @LongRange(max = 400) long visits) {
        PlanSize smallest = SmallestPlan.of(ring, capabilities).size();
        CancelPlan plan = CancelPlanner.plan(ring, ring.disposed(), capabilities,
                CancelPolicy.coalesce(visits + PlanSize.planning(ring.disposed().size())));

        boolean fits = PlanSize.MOST_TIMES_THE_FEWEST_VISITS * smallest.charge() <= visits;
        Statistics.label("smallest plan fits").collect(fits);
        if (fits) {
            assertThat(PlanSize.sqes(plan)).isEqualTo(smallest.sqes());
        } else {
            assertThat(PlanSize.sqes(plan)).isGreaterThanOrEqualTo(smallest.sqes());
        }
    }

    /** Among thousands of others, where the kernel's visits count for far more than the planning. */
    @Property
    void savesAtLeastHalfOfWhatTheBudgetAllowsToSave(@ForAll("rings") SimulatedRing ring,
            @ForAll("capabilities") CancelCapabilities capabilities, @ForAll @IntRange(max = 60) int quarterScans) {
        ring.addCrowd(5000);
        int disposed = ring.disposed().size();
        long visits = quarterScans * ring.armed() / 4;
        int sqes = PlanSize.sqes(CancelPlanner.plan(ring, ring.disposed(), capabilities,
                CancelPolicy.coalesce(visits + PlanSize.planning(disposed))));

        SmallestPlan oracle = SmallestPlan.of(ring, capabilities);
        int best = oracle.sqesWithin(Math.max(0, visits - PlanSize.moreDrafts(disposed)));
        Statistics.label("more SQEs than the best within the budget").collect(sqes - best);
        assertThat(sqes).isGreaterThanOrEqualTo(oracle.sqesWithin(visits));
        assertThat(2 * (disposed - sqes)).isGreaterThanOrEqualTo(disposed - best);
    }

    @Property
    void leavesNoKeyUnusedThatFitsWhatIsLeftOfTheBudget(@ForAll("filesApart") SimulatedRing ring,
            @ForAll @LongRange(max = 400) long budget) {
        CancelPlan plan = CancelPlanner.plan(ring, ring.disposed(), SimulatedRing.LINUX_6_0,
                CancelPolicy.coalesce(budget));

        long planning = PlanSize.planning(ring.disposed().size()) + PlanSize.moreDrafts(ring.files.size());
        long left = budget - planning - PlanSize.of(ring, plan).charge();
        Set<Long> singles = Arrays.stream(plan.byUserData()).boxed().collect(Collectors.toSet());
        for (int file = 0; file < ring.files.size(); file++) {
            int entry = file;
            List<Request> here = ring.requests.stream().filter(request -> request.file() == entry).toList();
            if (here.size() > 1 && here.stream().allMatch(request -> singles.contains(request.userData()))) {
                assertThat(PlanSize.charge(ring.armed(), false, here.size())).isGreaterThan(left);
            }
        }
    }

    @Property
    void neverMakesMoreKeysThanPerRequest(@ForAll("rings") SimulatedRing ring,
            @ForAll("capabilities") CancelCapabilities capabilities, @ForAll("policies") CancelPolicy policy) {
        CancelPlan plan = CancelPlanner.plan(ring, ring.disposed(), capabilities, policy);
        CancelPlan perRequest = CancelPlanner.plan(ring, ring.disposed(), capabilities, CancelPolicy.perRequest());

        assertThat(perRequest.wideKeys()).isEmpty();
        assertThat(perRequest.byUserData()).containsExactly(
                ring.disposed().stream().mapToLong(Disposed::userData).toArray());
        assertThat(PlanSize.sqes(plan)).isLessThanOrEqualTo(ring.disposed().size());
    }

    @Provide
    Arbitrary<CancelCapabilities> capabilities() {
        return Arbitraries.frequency(Tuple.of(1, SimulatedRing.LINUX_5_18), Tuple.of(1, SimulatedRing.LINUX_5_19),
                Tuple.of(2, SimulatedRing.LINUX_6_0), Tuple.of(6, SimulatedRing.LINUX_6_6));
    }

    @Provide
    Arbitrary<CancelPolicy> policies() {
        return Arbitraries.oneOf(Arbitraries.of(CancelPolicy.coalesce(), CancelPolicy.always()),
                Arbitraries.longs().between(0, 400).map(CancelPolicy::coalesce));
    }

    private record Draw(int opcode, int place, int percentile, boolean asyncOrLinked) {
    }

    /** Up to 4 files and 12 requests, and perhaps the loop's own poll; the more is disposed the more keys are exact. */
    @Provide
    Arbitrary<SimulatedRing> rings() {
        Arbitrary<SimulatedRing.File> file = Combinators.combine(Arbitraries.of(true, false),
                Arbitraries.of(true, false, false, false, false))
                .as((fixed, leaked) -> new SimulatedRing.File(0, fixed, leaked));
        Arbitrary<Integer> opcode = Arbitraries.frequency(Tuple.of(4, SimulatedRing.READ),
                Tuple.of(4, SimulatedRing.RECV), Tuple.of(3, SimulatedRing.TIMEOUT),
                Tuple.of(2, SimulatedRing.POLL_ADD), Tuple.of(1, SimulatedRing.CLOSE));
        Arbitrary<Draw> draw = Combinators.combine(opcode, Arbitraries.integers().between(-1, 4),
                Arbitraries.integers().between(0, 99), Arbitraries.integers().between(0, 29).map(n -> n == 29))
                .as(Draw::new);
        Arbitrary<List<Draw>> draws = draw.list().ofMaxSize(12).withSizeDistribution(RandomDistribution.uniform());
        return Combinators.combine(file.list().ofMinSize(1).ofMaxSize(4), draws, Arbitraries.of(60, 90, 100),
                Arbitraries.of(true, false)).as(this::ring);
    }

    private SimulatedRing ring(List<SimulatedRing.File> files, List<Draw> draws, int percentDisposed,
            boolean withInternal) {
        SimulatedRing ring = new SimulatedRing();
        files.forEach(file -> ring.file(file.fixed(), file.leaked()));
        if (withInternal) {
            ring.addInternal(SimulatedRing.POLL_ADD);
        }
        for (Draw draw : draws) {
            boolean disposed = draw.percentile < percentDisposed;
            if (draw.place < 0 || draw.place == 4) {
                ring.addForeign(draw.opcode, draw.place < 0 ? -1 : 0, disposed);
            } else if (draw.asyncOrLinked) {
                ring.addAsyncOrLinked(draw.opcode, draw.place % files.size(), disposed);
            } else {
                ring.add(1, draw.opcode, draw.place % files.size(), disposed);
            }
        }
        return ring;
    }

    /** Up to 5 files of up to 5 reads, all disposed. */
    @Provide
    Arbitrary<SimulatedRing> filesApart() {
        return Arbitraries.integers().between(1, 5).list().ofMinSize(1).ofMaxSize(5).map(sizes -> {
            SimulatedRing ring = new SimulatedRing();
            sizes.forEach(size -> ring.add(size, SimulatedRing.READ, ring.ownedFile(), true));
            return ring;
        });
    }
}
