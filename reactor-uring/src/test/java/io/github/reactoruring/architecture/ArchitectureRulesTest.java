package io.github.reactoruring.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;

/** Tries the rules on a small library that breaks each of them. */
class ArchitectureRulesTest {

    private static final String BROKEN = "io.github.reactoruring.architecture.broken";
    private static final ArchitectureRules RULES = new ArchitectureRules(BROKEN);
    private static final JavaClasses CLASSES = new ClassFileImporter().importPackages(BROKEN);

    @Test
    void refusesARowThatKnowsAHigherOne() {
        assertThat(violations(RULES.rowDependsOnlyDownwards(0)))
                .isNotEmpty()
                .allMatch(v -> v.contains("KnowsTheRing"));
    }

    @Test
    void refusesAFacetThatKnowsTheEntry() {
        assertThat(violations(RULES.rowDependsOnlyDownwards(4)))
                .isNotEmpty()
                .allMatch(v -> v.contains("KnowsTheEntry"));
    }

    @Test
    void refusesVocabularyThatKnowsALayer() {
        assertThat(violations(RULES.vocabularyKnowsOnlyItself()))
                .isNotEmpty()
                .allMatch(v -> v.contains("Word"));
    }

    @Test
    void refusesAnOptionalLibraryOutsideItsIntegration() {
        assertThat(violations(RULES.onlyItsIntegrationKnowsALibrary("org.springframework")))
                .isNotEmpty()
                .allMatch(v -> v.contains("KnowsSpring"));
        assertThat(violations(RULES.onlyItsIntegrationKnowsALibrary("org.springframework.boot")))
                .isNotEmpty()
                .allMatch(v -> v.contains("KnowsBoot"));
    }

    @Test
    void refusesSpringThatKnowsBoot() {
        assertThat(violations(RULES.rowDependsOnlyDownwards(13)))
                .isNotEmpty()
                .allMatch(v -> v.contains("spring.KnowsBoot"));
    }

    @Test
    void refusesAPackageThatKnowsItsNeighbour() {
        assertThat(violations(RULES.rowDependsOnlyDownwards(1)))
                .isNotEmpty()
                .allMatch(v -> v.contains("KnowsItsNeighbour"));
    }

    @Test
    void refusesPackagesInACircle() {
        assertThat(violations(RULES.noCircleOfPackages()))
                .anyMatch(v -> v.contains("internal.ring") && v.contains("internal.sys"));
    }

    @Test
    void refusesACircleOfThreeAndNoPair() {
        assertThat(violations(RULES.noCircleOfMoreThanTwo(".internal.loop")))
                .singleElement()
                .asString()
                .contains("A circle of 3", "First", "Second", "Third")
                .doesNotContain("Pair");
    }

    @Test
    void refusesAClassWithoutARoom() {
        assertThat(violations(RULES.everyClassHasARoom()))
                .singleElement()
                .asString()
                .contains("HasNoLayer");
    }

    @Test
    void refusesADrainBesideTheDrain() {
        assertThat(violations(RULES.onlyTheDrainKeepsACountOfWork(".internal.spring", "Drain")))
                .hasSize(2)
                .allMatch(v -> v.contains("DrainsByItself"))
                .anyMatch(v -> v.contains("AtomicInteger.getAndIncrement"))
                .anyMatch(v -> v.contains("VarHandle.getAndAdd"));
    }

    @Test
    void refusesASystemCallBesideTheKernelsRing() {
        assertThat(violations(RULES.onlyTheKernelsRingMakesSystemCalls()))
                .isNotEmpty()
                .allMatch(v -> v.contains("ClosesANumber"));
    }

    @Test
    void refusesRestrictedCallsAndReferencesOutsideSys() {
        assertThat(violations(RULES.onlySysCallsRestrictedMethods()))
                .hasSize(2)
                .allMatch(v -> v.contains("RefersToRestricted"))
                .anyMatch(v -> v.contains("downcallHandle"))
                .anyMatch(v -> v.contains("System.load"));
    }

    @Test
    void refusesACallThatGoesRoundTheGate() {
        assertThat(violations(RULES.onlyTheGateCallsOut()))
                .hasSize(2)
                .allMatch(v -> v.contains("GoesRound"))
                .anyMatch(v -> v.contains("completed"))
                .anyMatch(v -> v.contains("run"));
    }

    @Test
    void refusesASourceThatCallsASubscriberItself() {
        assertThat(violations(RULES.onlySignalsCallsSubscribers()))
                .singleElement()
                .asString()
                .contains("CallsASubscriber", "onNext");
    }

    @Test
    void refusesASourceThatLeasesMemoryItself() {
        assertThat(violations(RULES.onlyTwoHoldWhatBuffersLend()))
                .singleElement()
                .asString()
                .contains("LeasesItself", "lease");
    }

    @Test
    void refusesAnSqeFilledElsewhere() {
        assertThat(violations(RULES.onlyPrepFillsAnSqe()))
                .singleElement()
                .asString()
                .contains("FillsItself", "opcode");
    }

    private static List<String> violations(ArchRule rule) {
        return rule.evaluate(CLASSES).getFailureReport().getDetails();
    }
}
