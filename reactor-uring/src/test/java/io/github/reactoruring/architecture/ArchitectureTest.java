package io.github.reactoruring.architecture;

import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

class ArchitectureTest {

    private static final String ROOT = "io.github.reactoruring";
    private static final ArchitectureRules RULES = new ArchitectureRules(ROOT);
    private static final JavaClasses LIBRARY = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    static IntStream rows() {
        return ArchitectureRules.rows();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void rowsImportOnlyDownwards(int row) {
        RULES.rowDependsOnlyDownwards(row).check(LIBRARY);
    }

    @Test
    void noPackagesFormACircle() {
        RULES.noCircleOfPackages().check(LIBRARY);
    }

    @Test
    void theLoopsClassesFormPairsAtMost() {
        RULES.noCircleOfMoreThanTwo(".internal.loop").check(LIBRARY);
    }

    @Test
    void theLoopCallsOthersThroughItsGateOnly() {
        RULES.onlyTheGateCallsOut().check(LIBRARY);
    }

    @Test
    void vocabularyKnowsOnlyItself() {
        RULES.vocabularyKnowsOnlyItself().check(LIBRARY);
    }

    static Stream<String> optionalLibraries() {
        return ArchitectureRules.optionalLibraries().stream();
    }

    @ParameterizedTest
    @MethodSource("optionalLibraries")
    void onlyItsIntegrationKnowsALibrary(String library) {
        RULES.onlyItsIntegrationKnowsALibrary(library).check(LIBRARY);
    }

    @Test
    void everyClassHasARoom() {
        RULES.everyClassHasARoom().check(LIBRARY);
    }

    @Test
    void springsSourcesHaveOneDrain() {
        RULES.onlyTheDrainKeepsACountOfWork(".internal.spring", "Drain").check(LIBRARY);
    }

    @Test
    void onlyTheKernelsRingMakesSystemCalls() {
        RULES.onlyTheKernelsRingMakesSystemCalls().check(LIBRARY);
    }

    @Test
    void onlySysCallsRestrictedMethods() {
        RULES.onlySysCallsRestrictedMethods().check(LIBRARY);
    }

    @Test
    void onlySignalsCallsSubscribers() {
        RULES.onlySignalsCallsSubscribers().check(LIBRARY);
    }

    @Test
    void onlyTwoHoldWhatBuffersLend() {
        RULES.onlyTwoHoldWhatBuffersLend().check(LIBRARY);
    }

    @Test
    void onlyPrepFillsAnSqe() {
        RULES.onlyPrepFillsAnSqe().check(LIBRARY);
    }
}
