package io.github.reactoruring.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import java.util.List;
import java.util.Map;
import java.util.Set;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;

/**
 * States the import direction of the library, for a root package, so that the rules can be tried on a small library that
 * breaks them.
 *
 * <p>sys &lt; ring &lt; loop &lt; facets &lt; source &lt; the facets' implementations &lt; entry &lt; the integrations: a layer knows itself and those before it. The rest of the
 * root package is vocabulary: known to all, knowing nothing but itself.
 */
final class ArchitectureRules {

    /** Lowest first; the vocabulary and the entry, which share the root package, are not listed. */
    private static final List<List<String>> LAYERS = List.of(
            List.of(".internal.sys"),
            List.of(".internal.ring"),
            List.of(".internal.loop"),
            List.of(".buffer", ".file", ".net", ".time", ".raw"),
            List.of(".internal.source"),
            List.of(".internal.facet", ".netty"));

    /** Above the entry: they use the library as an application does. The last may know the ones before it. */
    private static final List<String> INTEGRATIONS = List.of(".micrometer", ".spring", ".spring.boot");

    /** Which packages may know an optional library; a package of the list stands for those below it too. */
    private static final Map<String, List<String>> OPTIONAL = Map.of(
            "io.netty", List.of(".netty", ".spring"),
            "io.micrometer", List.of(".micrometer", ".spring.boot"),
            "org.springframework", List.of(".spring"),
            "org.springframework.boot", List.of(".spring.boot"));

    private static final Set<String> ENTRY = Set.of("Uring", "UringBuilder", "SharedUring");

    private static final Map<String, Set<String>> RESTRICTED = Map.of(
            "java.lang.foreign.Linker", Set.of("downcallHandle", "upcallStub"),
            "java.lang.foreign.MemorySegment", Set.of("reinterpret"),
            "java.lang.foreign.SymbolLookup", Set.of("libraryLookup"),
            "java.lang.foreign.AddressLayout", Set.of("withTargetLayout"),
            "java.lang.ModuleLayer$Controller", Set.of("enableNativeAccess"),
            "java.lang.Runtime", Set.of("load", "loadLibrary"),
            "java.lang.System", Set.of("load", "loadLibrary"));

    private final String root;

    ArchitectureRules(String root) {
        this.root = root;
    }

    /** Names the layers whose direction {@link #layerDependsOnlyDownwards} states. */
    static List<Integer> layers() {
        return List.of(0, 1, 2, 3, 4, 5);
    }

    ArchRule layerDependsOnlyDownwards(int layer) {
        DescribedPredicate<JavaClass> reachable = describe("itself, a lower layer or the vocabulary",
                c -> !isOurs(c) || isVocabulary(c) || isInLayerUpTo(c, layer));
        return classes().that(describe("are in " + LAYERS.get(layer), c -> isInLayer(c, layer)))
                .should()
                .onlyDependOnClassesThat(reachable)
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

    ArchRule springKnowsNoBoot() {
        return noClasses().that(describe("are in .spring itself",
                c -> elementOf(c).getPackageName().equals(root + ".spring")))
                .should()
                .dependOnClassesThat(describe("are in .spring.boot", c -> isIn(elementOf(c), root + ".spring.boot")))
                .allowEmptyShould(true);
    }

    ArchRule vocabularyKnowsOnlyItself() {
        DescribedPredicate<JavaClass> known = describe("the vocabulary, Java, JSpecify or Reactor",
                c -> isVocabulary(c) || isPlatform(c));
        return classes().that(describe("are vocabulary", this::isVocabulary))
                .should()
                .onlyDependOnClassesThat(known)
                .allowEmptyShould(true);
    }

    ArchRule everyClassHasALayer() {
        return noClasses().should(be(
                describe("outside every layer of the design", c -> isOurs(c) && !isEntry(c) && !isVocabulary(c)
                        && !isInLayerUpTo(c, LAYERS.size() - 1) && !isIntegration(c))))
                .allowEmptyShould(true);
    }

    ArchRule onlySysCallsRestrictedMethods() {
        return noClasses().that(describe("are outside internal.sys", c -> !isInLayer(c, 0)))
                .should()
                .accessTargetWhere(describe("a restricted method is reached", ArchitectureRules::reachesRestricted))
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

    private boolean isIntegration(JavaClass c) {
        return INTEGRATIONS.stream().anyMatch(p -> isIn(elementOf(c), root + p));
    }

    private boolean isInLayerUpTo(JavaClass c, int layer) {
        return layers().stream().anyMatch(l -> l <= layer && isInLayer(c, l));
    }

    private boolean isInLayer(JavaClass c, int layer) {
        return LAYERS.get(layer).stream().anyMatch(p -> isIn(elementOf(c), root + p));
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

    private static JavaClass outermost(JavaClass c) {
        return c.getEnclosingClass().map(ArchitectureRules::outermost).orElse(c);
    }
}
