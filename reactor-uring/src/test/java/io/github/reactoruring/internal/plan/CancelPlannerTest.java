package io.github.reactoruring.internal.plan;

import static io.github.reactoruring.internal.plan.SimulatedRing.ACCEPT;
import static io.github.reactoruring.internal.plan.SimulatedRing.CLOSE;
import static io.github.reactoruring.internal.plan.SimulatedRing.LINUX_5_18;
import static io.github.reactoruring.internal.plan.SimulatedRing.LINUX_5_19;
import static io.github.reactoruring.internal.plan.SimulatedRing.LINUX_6_0;
import static io.github.reactoruring.internal.plan.SimulatedRing.LINUX_6_6;
import static io.github.reactoruring.internal.plan.SimulatedRing.POLL_ADD;
import static io.github.reactoruring.internal.plan.SimulatedRing.READ;
import static io.github.reactoruring.internal.plan.SimulatedRing.RECV;
import static io.github.reactoruring.internal.plan.SimulatedRing.SEND;
import static io.github.reactoruring.internal.plan.SimulatedRing.TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.internal.plan.CancelKey.Kind;

class CancelPlannerTest {

    private static final int ALL = 1;
    private static final int FD = 2;
    private static final int FD_FIXED = 8;
    private static final int OP = 32;

    private final SimulatedRing ring = new SimulatedRing();

    private CancelPlan plan(CancelCapabilities capabilities, CancelPolicy policy) {
        return CancelPlanner.plan(ring, ring.disposed(), capabilities, policy);
    }

    private CancelPlan plan() {
        return plan(LINUX_6_6, CancelPolicy.coalesce());
    }

    /** Returns a budget that leaves so many visits to the cancels when what was disposed of has been planned for. */
    private CancelPolicy budgetOf(long visits) {
        return CancelPolicy.coalesce(visits + PlanSize.planning(ring.disposed().size()));
    }

    private int sqes(CancelCapabilities capabilities, CancelPolicy policy) {
        return PlanSize.sqes(plan(capabilities, policy));
    }

    @Test
    void plansNothingForNoDisposal() {
        ring.add(3, READ, ring.ownedFile(), false);

        assertThat(PlanSize.sqes(plan())).isZero();
    }

    @Test
    void cancelsOneRequestByItsUserData() {
        ring.add(1, READ, ring.ownedFile(), true);

        CancelPlan plan = plan(LINUX_6_6, CancelPolicy.always());

        assertThat(plan.wideKeys()).isEmpty();
        assertThat(plan.byUserData()).containsExactly(ring.requests.getFirst().userData());
    }

    @Test
    void cancelsAllReadsOfAnOwnedPipeByOneKey() {
        ring.addInternal(POLL_ADD);
        ring.add(200, READ, ring.ownedFile(), true);

        CancelPlan plan = plan();

        assertThat(plan.byUserData()).isEmpty();
        assertThat(plan.wideKeys()).singleElement().satisfies(key -> {
            assertThat(key.kind()).isEqualTo(Kind.FILE);
            assertThat(key.flags()).isEqualTo(ALL | FD);
            assertThat(key.covered()).containsExactly(IntStream.range(0, 200).toArray());
        });
        long visits = 101 * 201;
        assertThat(sqes(LINUX_6_6, budgetOf(visits))).isEqualTo(1);
        assertThat(sqes(LINUX_6_6, budgetOf(visits - 1))).isEqualTo(200);
    }

    @Test
    void cancelsSomeReadsOfAPipeOneByOne() {
        int pipe = ring.ownedFile();
        ring.add(100, READ, pipe, true);
        ring.add(200, READ, pipe, false);

        CancelPlan plan = plan(LINUX_6_6, CancelPolicy.always());

        assertThat(plan.wideKeys()).isEmpty();
        assertThat(plan.byUserData()).hasSize(100);
    }

    @Test
    void cancelsOneOpcodeOfAFileThatHasOthersInFlight() {
        int socket = ring.ownedFile();
        ring.add(10, RECV, socket, true);
        ring.add(1, SEND, socket, false);
        ring.add(1, RECV, ring.ownedFile(), false);

        assertThat(plan().wideKeys()).singleElement().satisfies(key -> {
            assertThat(key.kind()).isEqualTo(Kind.FILE_AND_OPCODE);
            assertThat(key.flags()).isEqualTo(ALL | FD | OP);
            assertThat(key.opcode()).isEqualTo(RECV);
            assertThat(key.fd()).isEqualTo(ring.fileDescriptor(socket));
        });
        assertThat(plan(LINUX_6_0, CancelPolicy.always()).byUserData()).hasSize(10);
        long visits = 6 * 12;
        assertThat(sqes(LINUX_6_6, budgetOf(visits))).isEqualTo(1);
        assertThat(sqes(LINUX_6_6, budgetOf(visits - 1))).isEqualTo(10);
    }

    @Test
    void cancelsForeignReadsByOpcodeOnceAllReadsAreDisposed() {
        for (int i = 0; i < 50; i++) {
            ring.addForeign(READ, -1, true);
        }
        ring.addInternal(POLL_ADD);

        assertThat(plan().wideKeys()).singleElement().satisfies(key -> {
            assertThat(key.kind()).isEqualTo(Kind.OPCODE);
            assertThat(key.flags()).isEqualTo(ALL | OP);
            assertThat(key.opcode()).isEqualTo(READ);
            assertThat(key.fd()).isEqualTo(-1);
        });

        ring.addForeign(READ, -1, false);
        assertThat(plan().byUserData()).hasSize(50);
    }

    @Test
    void cancelsReadsAcrossFilesByOneOpcodeKey() {
        for (int i = 0; i < 20; i++) {
            ring.add(2, READ, ring.ownedFile(), true);
        }

        assertThat(plan().wideKeys()).extracting(CancelKey::kind).containsExactly(Kind.OPCODE);
        assertThat(plan(LINUX_6_0, CancelPolicy.always()).wideKeys()).extracting(CancelKey::kind)
                .hasSize(20).containsOnly(Kind.FILE);
    }

    @Test
    void sparesTheLoopsOwnPoll() {
        ring.addInternal(POLL_ADD);
        for (int i = 0; i < 5; i++) {
            ring.addForeign(POLL_ADD, -1, true);
        }

        assertThat(plan(LINUX_6_6, CancelPolicy.always()).byUserData()).hasSize(5);
    }

    @Test
    void matchesNoFileWhoseNumberLeaked() {
        int leaked = ring.file(false, true);
        ring.add(5, READ, leaked, true);
        ring.addForeign(READ, leaked, false);

        assertThat(plan(LINUX_6_6, CancelPolicy.always()).byUserData()).hasSize(5);
    }

    @Test
    void matchesNoFileWithARequestThatIsAsyncOrLinked() {
        int file = ring.ownedFile();
        ring.add(5, READ, file, true);
        ring.addAsyncOrLinked(READ, file, true);
        ring.add(1, READ, ring.ownedFile(), false);

        assertThat(plan(LINUX_6_6, CancelPolicy.always()).byUserData()).hasSize(6);
    }

    @Test
    void countsACloseOnTheFileAsNotMatched() {
        int file = ring.ownedFile();
        ring.add(1, CLOSE, file, true);
        ring.add(2, READ, file, true);
        ring.add(1, RECV, file, false);
        ring.add(1, READ, ring.ownedFile(), false);

        CancelPlan plan = plan(LINUX_6_0, CancelPolicy.always());

        assertThat(plan.wideKeys()).isEmpty();
        assertThat(plan.byUserData()).hasSize(3);
    }

    @Test
    void cancelsAFixedFileBySlot() {
        ring.add(3, RECV, ring.ownedFile(), false);
        ring.add(3, RECV, ring.file(true, false), true);

        assertThat(plan(LINUX_6_0, CancelPolicy.coalesce()).wideKeys()).singleElement()
                .satisfies(key -> assertThat(key.flags()).isEqualTo(ALL | FD | FD_FIXED));
        assertThat(plan(LINUX_5_19, CancelPolicy.coalesce()).byUserData()).hasSize(3);
    }

    @Test
    void cancelsOneByOneOnKernelsWithoutAll() {
        ring.add(200, READ, ring.ownedFile(), true);

        CancelPlan plan = plan(LINUX_5_18, CancelPolicy.always());

        assertThat(plan.wideKeys()).isEmpty();
        assertThat(plan.byUserData()).hasSize(200);
    }

    @Test
    void stallsTheRingOnlyWhenTold() {
        ring.add(5000, READ, ring.ownedFile(), true);

        assertThat(plan().byUserData()).hasSize(5000);
        assertThat(plan(LINUX_6_6, CancelPolicy.always()).wideKeys()).hasSize(1);
        assertThat(plan(LINUX_6_6, CancelPolicy.perRequest()).byUserData()).hasSize(5000);
        long visits = 2501 * 5000;
        assertThat(sqes(LINUX_6_6, budgetOf(visits))).isEqualTo(1);
        assertThat(sqes(LINUX_6_6, budgetOf(visits - 1))).isEqualTo(5000);
    }

    @Test
    void chargesTheBudgetForAllKeysTogether() {
        for (int i = 0; i < 4; i++) {
            ring.add(100, READ, ring.ownedFile(), true);
        }
        long visitsOfOne = 51 * 400;

        CancelPlan plan = plan(LINUX_6_0, budgetOf(3 * visitsOfOne - 1));

        assertThat(plan.wideKeys()).hasSize(2);
        assertThat(plan.byUserData()).hasSize(200);
        assertThat(PlanSize.of(ring, plan).charge()).isEqualTo(2 * visitsOfOne);
    }

    @Test
    void keepsTheKeyThatSavesMostForItsVisits() {
        int few = ring.ownedFile();
        int many = ring.ownedFile();
        ring.add(2, READ, few, true);
        ring.add(50, READ, many, true);

        CancelPlan plan = plan(LINUX_6_0, budgetOf(26 * 52 + 1 + PlanSize.moreDrafts(2)));

        assertThat(plan.wideKeys()).extracting(ring::matchedBy).containsExactly(50);
        assertThat(plan.byUserData()).hasSize(2);
    }

    @Test
    void keepsTheTimersOfACrowdedRingBeforeAKeyThatSavesFewer() {
        ring.add(7, TIMEOUT, Disposed.NO_FILE, true);
        ring.add(3, READ, ring.ownedFile(), true);
        ring.add(5000, RECV, ring.ownedFile(), false);
        // Seven timers and three reads take 8 and 2.5 scans of 5,000: more for each saved SQE, but six are saved, not two.
        CancelPlan plan = plan(LINUX_6_6, CancelPolicy.coalesce(9 * ring.total()));

        assertThat(plan.wideKeys()).extracting(CancelKey::opcode).containsExactly(TIMEOUT);
        assertThat(plan.byUserData()).hasSize(3);
    }

    @Test
    void splitsAKeyThatDoesNotFitIntoFinerKeys() {
        int socket = ring.ownedFile();
        ring.add(1000, RECV, socket, true);
        ring.add(4, SEND, socket, true);

        CancelPlan plan = plan();

        assertThat(plan.wideKeys()).singleElement().satisfies(key -> {
            assertThat(key.kind()).isEqualTo(Kind.FILE_AND_OPCODE);
            assertThat(key.opcode()).isEqualTo(SEND);
        });
        assertThat(plan.byUserData()).hasSize(1000);
    }

    @Test
    void fallsBackToFilesWhenAnOpcodeKeyDoesNotFit() {
        for (int i = 0; i < 8; i++) {
            ring.add(100, READ, ring.ownedFile(), true);
        }

        CancelPlan plan = plan(LINUX_6_6, budgetOf(2 * 51 * 800 + PlanSize.moreDrafts(8)));

        assertThat(plan.wideKeys()).extracting(CancelKey::kind).containsExactly(Kind.FILE, Kind.FILE);
        assertThat(plan.byUserData()).hasSize(600);
    }

    @Test
    void weighsAFileAnewOnceAnOpcodeKeyIsRefused() {
        int most = ring.ownedFile();
        int socket = ring.ownedFile();
        int few = ring.ownedFile();
        ring.add(200, READ, most, true);
        ring.add(10, ACCEPT, few, true);
        ring.add(50, RECV, socket, true);
        ring.add(1, SEND, socket, true);
        ring.add(1, POLL_ADD, socket, true);
        for (int i = 0; i < 50; i++) {
            ring.addForeign(RECV, -1, true);
        }
        ring.addForeign(READ, -1, false);
        ring.addForeign(ACCEPT, -1, false);

        CancelPlan plan = plan(LINUX_6_6, budgetOf(132 * ring.total()));

        assertThat(plan.wideKeys()).extracting(ring::matchedBy).containsExactly(200, 52);
        assertThat(plan.byUserData()).hasSize(60);
    }

    @Test
    void tellsManyFilesApartHoweverTheirDisposalsMix() {
        for (int file = 0; file < 100; file++) {
            ring.ownedFile();
        }
        for (int round = 0; round < 3; round++) {
            for (int file = 0; file < 100; file++) {
                ring.add(1, READ, file, true);
            }
        }

        assertThat(plan(LINUX_6_0, CancelPolicy.always()).wideKeys()).hasSize(100)
                .allMatch(key -> ring.matchedBy(key) == 3);
    }

    @Test
    void cancelsAllTimersByOneKeyHoweverMany() {
        ring.add(5000, TIMEOUT, Disposed.NO_FILE, true);

        CancelPlan plan = plan();

        assertThat(plan.wideKeys()).extracting(CancelKey::kind, CancelKey::opcode)
                .containsExactly(tuple(Kind.OPCODE, TIMEOUT));
        assertThat(sqes(LINUX_6_6, CancelPolicy.coalesce(0))).isEqualTo(1);
    }

    @Test
    void cancelsTensOfThousandsOfTimersOneByOneSinceOneKeyWouldStallTheRing() {
        ring.add(20_000, TIMEOUT, Disposed.NO_FILE, true);

        assertThat(plan().byUserData()).hasSize(20_000);
        assertThat(sqes(LINUX_6_6, CancelPolicy.always())).isEqualTo(1);
    }

    @Test
    void aThousandTimersBesideThreeHundredReadsAreNotCancelledByOneKey() {
        ring.add(1000, TIMEOUT, Disposed.NO_FILE, true);
        ring.add(300, READ, ring.ownedFile(), false);

        assertThat(plan().wideKeys()).isEmpty();
        assertThat(plan().byUserData()).hasSize(1000);
    }

    @Test
    void cancelsTimersOneByOneWhereEachRescansManyPolls() {
        ring.add(1000, TIMEOUT, Disposed.NO_FILE, true);
        ring.add(8000, RECV, ring.ownedFile(), false);

        assertThat(plan().byUserData()).hasSize(1000);
        long visits = 1001 * 8000 + 1000;
        assertThat(sqes(LINUX_6_6, budgetOf(visits))).isEqualTo(1);
        assertThat(sqes(LINUX_6_6, budgetOf(visits - 1))).isEqualTo(1000);
    }

    @Test
    void chargesCancelsByFileNothingForTimers() {
        ring.add(100, READ, ring.ownedFile(), true);
        ring.add(5000, TIMEOUT, Disposed.NO_FILE, false);

        assertThat(plan().wideKeys()).extracting(CancelKey::kind).containsExactly(Kind.FILE);
    }

    @Test
    void findsEveryOpcodeThatSavesTwoHoweverManyThereAre() {
        int opcodes = 15;
        for (int i = 0; i < opcodes; i++) {
            ring.addForeign(100 + i, -1, true);
            ring.addForeign(100 + i, -1, true);
        }

        assertThat(sqes(LINUX_6_6, CancelPolicy.always())).isEqualTo(opcodes);
    }

    @Test
    void findsOpcodesThatSaveOnlyOnceOthersAreChosen() {
        int opcodes = 15;
        ring.addForeign(100, -1, true);
        ring.addForeign(100, -1, true);
        for (int i = 1; i < opcodes; i++) {
            for (int copy = 0; copy < 2; copy++) {
                int file = ring.ownedFile();
                ring.add(1, 100 + i - 1, file, true);
                ring.add(1, 100 + i, file, true);
            }
        }

        assertThat(sqes(LINUX_6_6, CancelPolicy.always())).isEqualTo(opcodes);
    }

    @Test
    void prefersTwoFilesToManyOpcodesAndTwoOpcodesToManyFiles() {
        for (int i = 0; i < 2; i++) {
            int file = ring.ownedFile();
            for (int opcode = 0; opcode < 6; opcode++) {
                ring.add(1, 100 + opcode, file, true);
            }
        }
        for (int i = 0; i < 6; i++) {
            int file = ring.ownedFile();
            ring.add(1, RECV, file, true);
            ring.add(1, SEND, file, true);
        }

        assertThat(plan(LINUX_6_6, CancelPolicy.always()).wideKeys()).extracting(CancelKey::kind)
                .containsExactlyInAnyOrder(Kind.FILE, Kind.FILE, Kind.OPCODE, Kind.OPCODE);
        assertThat(plan(LINUX_6_6, CancelPolicy.always()).byUserData()).isEmpty();
    }

    @Test
    void leavesAnOpcodeToItsFilesEvenWhereItsKeyTakesFewerVisits() {
        int others = 20;
        for (int i = 0; i < others; i++) {
            int file = ring.ownedFile();
            ring.add(1, RECV, file, true);
            ring.add(1, 100 + i, file, true);
        }
        ring.add(1, RECV, ring.ownedFile(), true);

        CancelPlan plan = plan(LINUX_6_6, CancelPolicy.always());

        // The same number of SQEs as a key for RECV and the rest one by one, in nearly four times the visits.
        assertThat(PlanSize.of(ring, plan)).isEqualTo(new PlanSize(others + 1, 2 * others * ring.total()));
        long byOpcode = PlanSize.charge(ring.armed(), false, others + 1);
        assertThat(PlanSize.of(ring, plan).charge()).isBetween(3 * byOpcode,
                PlanSize.MOST_TIMES_THE_FEWEST_VISITS * byOpcode);
    }

    @Test
    void findsTheFewestOfManyOpcodesThatMeetOnTheSameFiles() {
        int opcodes = 15;
        for (int a = 0; a < opcodes; a++) {
            for (int b = a + 1; b < opcodes; b++) {
                int file = ring.ownedFile();
                ring.add(1, 100 + a, file, true);
                ring.add(1, 100 + b, file, true);
            }
        }
        ring.add(1, ACCEPT, ring.ownedFile(), false);

        CancelPlan plan = plan(LINUX_6_6, CancelPolicy.always());

        assertThat(PlanSize.sqes(plan)).isEqualTo(opcodes);
        assertThat(ring.requests).allSatisfy(request -> assertThat(
                plan.wideKeys().stream().anyMatch(key -> ring.matches(key, request))
                        || IntStream.range(0, plan.byUserData().length)
                                .anyMatch(i -> plan.byUserData()[i] == request.userData()))
                .isEqualTo(request.disposed()));
    }

    @Test
    void countsItsOwnTimeAgainstTheBudget() {
        ring.add(100, READ, ring.ownedFile(), true);

        long visits = (100 / 2 + 1) * 100;
        assertThat(sqes(LINUX_6_6, CancelPolicy.coalesce(visits + 8 * 100))).isEqualTo(1);
        assertThat(sqes(LINUX_6_6, CancelPolicy.coalesce(visits + 8 * 100 - 1))).isEqualTo(100);
    }

    @Test
    void countsThePlansItThrowsAwayAgainstTheBudget() {
        // Two files, of which the budget has room for one: more drafts of two cells.
        ring.add(50, READ, ring.ownedFile(), true);
        ring.add(50, READ, ring.ownedFile(), true);
        long visitsOfOne = 26 * 100;

        assertThat(plan(LINUX_6_0, budgetOf(visitsOfOne + 16 * 2)).wideKeys()).hasSize(1);
        assertThat(plan(LINUX_6_0, budgetOf(visitsOfOne + 16 * 2 - 1)).wideKeys()).isEmpty();
        assertThat(plan(LINUX_6_0, budgetOf(2 * visitsOfOne)).wideKeys()).hasSize(2);
    }

    @Test
    void looksAtNoRequestOfABatchThatItHasNoTimeFor() {
        // 32,768 visits: 8 for each request, and two scans of those in flight for the smallest key.
        ring.addCrowd(10);
        assertThat(CancelPlanner.mayCoalesce(ring, 4_093, LINUX_6_6, CancelPolicy.coalesce())).isTrue();
        assertThat(CancelPlanner.mayCoalesce(ring, 4_094, LINUX_6_6, CancelPolicy.coalesce())).isFalse();
        assertThat(CancelPlanner.mayCoalesce(ring, 4_094, LINUX_6_6, CancelPolicy.always())).isTrue();
    }
}
