package io.github.reactoruring.architecture;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

/**
 * Refuses a circle of three classes or more of one package: classes that each lead to every other. Nested ones count as the
 * class they are in.
 */
final class CirclesOfTwoAtMost extends ArchCondition<JavaClass> {

    private final Map<String, Set<String>> known = new TreeMap<>();

    CirclesOfTwoAtMost() {
        super("form circles of two at most");
    }

    @Override
    public void init(Collection<JavaClass> classes) {
        known.clear();
        Set<String> names = new HashSet<>();
        classes.forEach(c -> names.add(ArchitectureRules.outermost(c).getName()));
        for (JavaClass c : classes) {
            String from = ArchitectureRules.outermost(c).getName();
            for (Dependency dependency : c.getDirectDependenciesFromSelf()) {
                String to = ArchitectureRules.outermost(dependency.getTargetClass().getBaseComponentType()).getName();
                if (!to.equals(from) && names.contains(to)) {
                    known.computeIfAbsent(from, key -> new TreeSet<>()).add(to);
                }
            }
        }
    }

    @Override
    public void check(JavaClass c, ConditionEvents events) {
        // All at once, in the end.
    }

    @Override
    public void finish(ConditionEvents events) {
        Map<String, Set<String>> reached = new HashMap<>();
        known.keySet().forEach(name -> reached.put(name, reachedFrom(name)));
        Set<String> told = new HashSet<>();
        for (String name : known.keySet()) {
            List<String> circle = new ArrayList<>();
            for (String other : reached.get(name)) {
                if (reached.getOrDefault(other, Set.of()).contains(name)) {
                    circle.add(other);
                }
            }
            if (circle.size() > 2 && told.addAll(circle)) {
                events.add(SimpleConditionEvent.violated(circle, "A circle of " + circle.size() + ": " + circle));
            }
        }
    }

    private Set<String> reachedFrom(String name) {
        Set<String> reached = new TreeSet<>();
        List<String> open = new ArrayList<>(known.getOrDefault(name, Set.of()));
        while (!open.isEmpty()) {
            String next = open.removeLast();
            if (reached.add(next)) {
                open.addAll(known.getOrDefault(next, Set.of()));
            }
        }
        return reached;
    }
}
