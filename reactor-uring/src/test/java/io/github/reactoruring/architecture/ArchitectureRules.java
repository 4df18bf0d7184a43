package io.github.reactoruring.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

import org.reactivestreams.Subscriber;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.internal.ring.Sqe;

/**
 * States the floor plan of the library, for a root package, so that the rules can be tried on a small library that breaks
 * them.
 *
 * <p>A package knows itself, and the rows below its own; its neighbours of the same row it does not know. The entry stands
 * between the facets' implementations and the integrations. The rest of the root package is vocabulary: known to all,
 * knowing nothing but itself.
 */
final class ArchitectureRules {

    /** Lowest first; the vocabulary and the entry, which share the root package, are not listed. */
    private static final List<List<String>> ROWS = List.of(
            List.of(".internal.sys"),
            List.of(".internal.ring", ".internal.plan"),
            List.of(".internal.ring.kernel", ".internal.loop"),
            List.of(".buffer"),
            List.of(".file", ".net", ".time", ".raw"),
            List.of(".internal.source"),
            List.of(".internal.source.path", ".internal.source.buffer", ".internal.source.raw",
                    ".internal.source.time"),
            List.of(".internal.source.file", ".internal.source.socket"),
            List.of(".internal.source.read"),
            List.of(".internal.source.write", ".internal.source.watch"),
            List.of(".internal.facet", ".internal.engine", ".netty"),
            List.of(".micrometer", ".internal.spring"),
            List.of(".internal.spring.download", ".internal.spring.multipart"),
            List.of(".spring"),
            List.of(".spring.boot"));

    /** The first row that may know the entry: from here on the library is used as an application does. */
    private static final int FIRST_ABOVE_ENTRY = 11;

    /** Which packages may know an optional library; a package of the list stands for those below it too. */
    private static final Map<String, List<String>> OPTIONAL = Map.of(
            "io.netty", List.of(".netty", ".spring", ".internal.spring"),
            "io.micrometer", List.of(".micrometer", ".spring.boot"),
            "org.springframework", List.of(".spring", ".internal.spring"),
            "org.springframework.boot", List.of(".spring.boot"));

    private static final Set<String> ENTRY = Set.of("Uring", "UringBuilder", "SharedUring");

    private static final String LOOP = ".internal.loop";
    private static final Set<String> MAY_CALL_OUT = Set.of("Gate", "DisposalBatch");

    /** Methods of sources and users that the loop calls, by the types that declare them. */
    private static final Map<String, Set<String>> CALLBACKS = Map.of(
            LOOP + ".RequestCallbacks", Set.of("prepare", "staged", "completed", "discarded", "failed", "released",
                    "neverSubmitted"),
            LOOP + ".Mail", Set.of("run", "rejected"),
            "java.lang.Runnable", Set.of("run"),
            "java.util.function.IntConsumer", Set.of("accept"));

    /** What of internal.sys takes a descriptor, or a ring's. */
    private static final Set<String> SYSTEM_CALLS = Set.of("Syscalls", "FileCalls");

    private static final Map<String, Set<String>> RESTRICTED = Map.of(
            "java.lang.foreign.Linker", Set.of("downcallHandle", "upcallStub"),
            "java.lang.foreign.MemorySegment", Set.of("reinterpret"),
            "java.lang.foreign.SymbolLookup", Set.of("libraryLookup"),
            "java.lang.foreign.AddressLayout", Set.of("withTargetLayout"),
            "java.lang.ModuleLayer$Controller", Set.of("enableNativeAccess"),
            "java.lang.Runtime", Set.of("load", "loadLibrary"),
            "java.lang.System", Set.of("load", "loadLibrary"));

    private static final Set<String> COUNTERS = Set.of(
            "java.util.concurrent.atomic.AtomicInteger",
            "java.util.concurrent.atomic.AtomicLong",
            "java.util.concurrent.atomic.AtomicIntegerFieldUpdater",
            "java.util.concurrent.atomic.AtomicLongFieldUpdater",
            "java.lang.invoke.VarHandle");

    private static final Set<String> COUNTS_UP = Set.of("getAndIncrement", "getAndAdd");

    private static final Set<String> SIGNALS = Set.of("onNext", "onError", "onComplete");

    private static final List<Class<?>> BUFFERS = List.of(BufferFactory.class, BufferFactory.Lease.class,
            BufferReader.class, BufferReader.Loan.class);
    private static final Set<String> LENDS = Set.of("lease", "fill", "lend", "address", "lengthBytes");
    private static final Set<String> FILLING = Set.of("Prep", "RawOneShot");
    private static final Set<String> LENDING = Set.of("LeasedElement", "Lent");

    private final String root;

    ArchitectureRules(String root) {
        this.root = root;
    }

    /** Numbers the rows whose direction {@link #rowDependsOnlyDownwards} states. */
    static IntStream rows() {
        return IntStream.range(0, ROWS.size());
    }

    ArchRule rowDependsOnlyDownwards(int row) {
        ArchCondition<JavaClass> onlyDownwards = new ArchCondition<>(
                "only know themselves, lower rows and the vocabulary") {
            @Override
            public void check(JavaClass c, ConditionEvents events) {
                for (Dependency dependency : c.getDirectDependenciesFromSelf()) {
                    if (!mayKnow(c, dependency.getTargetClass(), row)) {
                        events.add(SimpleConditionEvent.violated(dependency, dependency.getDescription()));
                    }
                }
            }
        };
        return classes().that(describe("are in " + ROWS.get(row), c -> rowOf(c) == row))
                .should(onlyDownwards)
                .allowEmptyShould(true);
    }

    private boolean mayKnow(JavaClass c, JavaClass target, int row) {
        if (!isOurs(target) || isVocabulary(target)) {
            return true;
        }
        if (isEntry(target)) {
            return row >= FIRST_ABOVE_ENTRY;
        }
        int targetRow = rowOf(target);
        return targetRow >= 0 && targetRow < row
                || elementOf(target).getPackageName().equals(elementOf(c).getPackageName());
    }

    /** Packages, but for the root, which is two: the entry and the vocabulary. */
    ArchRule noCircleOfPackages() {
        return slices().assignedFrom(new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass c) {
                if (!isOurs(c)) {
                    return SliceIdentifier.ignore();
                }
                return SliceIdentifier.of(isEntry(c) ? "the entry" : elementOf(c).getPackageName());
            }

            @Override
            public String getDescription() {
                return "packages";
            }
        }).should().beFreeOfCycles().allowEmptyShould(true);
    }

    /** Pairs may know each other: two halves of one thing. */
    ArchRule noCircleOfMoreThanTwo(String aPackage) {
        return classes().that(describe("are in " + aPackage, c -> c.getPackageName().equals(root + aPackage)))
                .should(new CirclesOfTwoAtMost())
                .allowEmptyShould(true);
    }

    /** Names the optional libraries. */
    static Set<String> optionalLibraries() {
        return OPTIONAL.keySet();
    }

    ArchRule onlyItsIntegrationKnowsALibrary(String library) {
        return noClasses().that(describe("are ours, and outside " + OPTIONAL.get(library),
                c -> isOurs(c) && OPTIONAL.get(library).stream().noneMatch(p -> isIn(elementOf(c), root + p))))
                .should()
                .dependOnClassesThat(describe("are of " + library, c -> isIn(elementOf(c), library)))
                .allowEmptyShould(true);
    }

    /**
     * What sources and users wrote may throw: the loop reaches it by its guarded gate. A batch of disposals runs on the
     * thread of its caller, who is thrown at.
     */
    ArchRule onlyTheGateCallsOut() {
        return noClasses().that(describe("are of the loop, but for its gate",
                c -> c.getPackageName().equals(root + LOOP) && !MAY_CALL_OUT.contains(outermost(c).getSimpleName())))
                .should()
                .accessTargetWhere(describe("others' code is called", this::callsOut))
                .allowEmptyShould(true);
    }

    private boolean callsOut(JavaAccess<?> access) {
        JavaClass owner = access.getTarget().getOwner();
        return CALLBACKS.entrySet().stream()
                .anyMatch(e -> owner.isAssignableTo(e.getKey().startsWith(".") ? root + e.getKey() : e.getKey())
                        && e.getValue().contains(access.getName()));
    }

    ArchRule vocabularyKnowsOnlyItself() {
        DescribedPredicate<JavaClass> known = describe("the vocabulary, Java, JSpecify or Reactor",
                c -> isVocabulary(c) || isPlatform(c));
        return classes().that(describe("are vocabulary", this::isVocabulary))
                .should()
                .onlyDependOnClassesThat(known)
                .allowEmptyShould(true);
    }

    ArchRule everyClassHasARoom() {
        return noClasses().should(be(describe("outside every room of the floor plan",
                c -> isOurs(c) && !isEntry(c) && !isVocabulary(c) && rowOf(c) < 0)))
                .allowEmptyShould(true);
    }

    /** Counts that ask "was I the first?": whoever was does the work of all who come meanwhile. */
    ArchRule onlyTheDrainKeepsACountOfWork(String aPackage, String drain) {
        return noClasses().that(describe("are in or below " + aPackage + ", and not its " + drain,
                c -> isIn(c, root + aPackage) && !c.getName().equals(root + aPackage + '.' + drain)))
                .should()
                .accessTargetWhere(describe("the count before it is counted up is asked for",
                        access -> COUNTERS.stream().anyMatch(access.getTarget().getOwner()::isAssignableTo)
                                && COUNTS_UP.stream().anyMatch(access.getName()::startsWith)))
                .allowEmptyShould(true);
    }

    ArchRule onlySysCallsRestrictedMethods() {
        return noClasses().that(describe("are outside internal.sys", c -> rowOf(c) != 0))
                .should()
                .accessTargetWhere(describe("a restricted method is reached", ArchitectureRules::reachesRestricted))
                .allowEmptyShould(true);
    }

    /** Nobody else has a number to make a call on: files lend theirs, and a port makes the call. */
    ArchRule onlyTheKernelsRingMakesSystemCalls() {
        return noClasses().that(describe("are outside internal.sys and internal.ring.kernel",
                c -> isOurs(c) && !isIn(c, root + ".internal.sys") && !isIn(c, root + ".internal.ring.kernel")))
                .should()
                .dependOnClassesThat(describe("make system calls", c -> SYSTEM_CALLS.stream()
                        .anyMatch(name -> elementOf(c).getName().equals(root + ".internal.sys." + name))))
                .allowEmptyShould(true);
    }

    /** A subscriber that throws is to be dealt with in one place. */
    ArchRule onlySignalsCallsSubscribers() {
        return noClasses().that(describe("are sources, and not Signals",
                c -> isIn(elementOf(c), root + ".internal.source") && !c.getSimpleName().equals("Signals")))
                .should()
                .accessTargetWhere(describe("a subscriber is called", access -> SIGNALS.contains(access.getName())
                        && access.getTarget().getOwner().isAssignableTo(Subscriber.class)))
                .allowEmptyShould(true);
    }

    /** Memory that users' buffers lend is to end once, whatever they throw. Who implements a buffer may wrap another. */
    ArchRule onlyTwoHoldWhatBuffersLend() {
        return noClasses().that(describe("are sources, no buffers, and neither of " + LENDING,
                c -> isIn(elementOf(c), root + ".internal.source") && !LENDING.contains(c.getSimpleName())
                        && BUFFERS.stream().noneMatch(c::isAssignableTo)))
                .should()
                .accessTargetWhere(describe("memory is lent, or given back", access -> BUFFERS.stream()
                        .anyMatch(buffers -> access.getTarget().getOwner().isAssignableTo(buffers))
                        && LENDS.contains(access.getName())))
                .allowEmptyShould(true);
    }

    /** Each operation's SQE is filled in one place; what a user describes is written as it is described. */
    ArchRule onlyPrepFillsAnSqe() {
        return noClasses().that(describe("are ours, and neither of " + FILLING,
                c -> isOurs(c) && !FILLING.contains(c.getSimpleName())))
                .should()
                .accessTargetWhere(describe("an SQE gets its opcode", access -> access.getName().equals("opcode")
                        && access.getTarget().getOwner().isEquivalentTo(Sqe.class)))
                .allowEmptyShould(true);
    }

    private static boolean reachesRestricted(JavaAccess<?> access) {
        JavaClass owner = access.getTarget().getOwner();
        return RESTRICTED.entrySet().stream()
                .anyMatch(e -> owner.isAssignableTo(e.getKey()) && e.getValue().contains(access.getName()));
    }

    private boolean isOurs(JavaClass c) {
        return isIn(elementOf(c), root);
    }

    private boolean isEntry(JavaClass c) {
        return elementOf(c).getPackageName().equals(root) && ENTRY.contains(outermost(elementOf(c)).getSimpleName());
    }

    private boolean isVocabulary(JavaClass c) {
        return elementOf(c).getPackageName().equals(root) && !isEntry(c);
    }

    /** Returns the number of the row its package is listed in, or -1. */
    private int rowOf(JavaClass c) {
        String name = elementOf(c).getPackageName();
        for (int row = 0; row < ROWS.size(); row++) {
            for (String listed : ROWS.get(row)) {
                if (name.equals(root + listed)) {
                    return row;
                }
            }
        }
        return -1;
    }

    private static boolean isIn(JavaClass c, String aPackage) {
        return c.getPackageName().equals(aPackage) || c.getPackageName().startsWith(aPackage + ".");
    }

    private static boolean isPlatform(JavaClass c) {
        JavaClass element = elementOf(c);
        return element.isPrimitive() || isIn(element, "java") || isIn(element, "org.jspecify")
                || isIn(element, "org.reactivestreams") || isIn(element, "reactor");
    }

    private static JavaClass elementOf(JavaClass c) {
        return c.getBaseComponentType();
    }

    static JavaClass outermost(JavaClass c) {
        return c.getEnclosingClass().map(ArchitectureRules::outermost).orElse(c);
    }
}
