// SPDX-License-Identifier: Apache-2.0
package io.postern.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Records which mission rows were proven by which test methods: one line {@code TAG<TAB>class#method<TAB>outcome} per
 * tag and method, in a new file below {@code target/mission} of the module. A method that ran several times (parameters,
 * repetitions) appears once, with its worst outcome.
 */
public final class MissionListener implements TestExecutionListener {
    private static final Pattern ROW = Pattern.compile("[A-Z]{3}-[0-9]+");

    enum Outcome {
        PASSED,
        SKIPPED,
        FAILED
    }

    private final Map<String, Outcome> outcomes = new ConcurrentHashMap<>(); // key: tag and method, tab between
    private final Path directory;
    private @Nullable TestPlan plan;

    /** For the service loader. */
    public MissionListener() {
        this(Path.of(System.getProperty("user.dir"), "target", "mission"));
    }

    MissionListener(Path directory) {
        this.directory = directory;
    }

    @Override
    public void testPlanExecutionStarted(TestPlan testPlan) {
        plan = testPlan;
        outcomes.clear();
    }

    @Override
    public void executionFinished(TestIdentifier identifier, TestExecutionResult result) {
        switch (result.getStatus()) {
            case SUCCESSFUL -> {
                if (identifier.isTest()) {
                    record(identifier, Outcome.PASSED);
                }
            }
            case ABORTED -> recordAll(identifier, Outcome.SKIPPED);
            case FAILED -> recordAll(identifier, Outcome.FAILED); // a failed container takes its tests with it
        }
    }

    @Override
    public void executionSkipped(TestIdentifier identifier, String reason) {
        recordAll(identifier, Outcome.SKIPPED);
    }

    @Override
    public void testPlanExecutionFinished(TestPlan testPlan) {
        if (outcomes.isEmpty()) {
            return;
        }
        List<String> lines = new ArrayList<>();
        new TreeMap<>(outcomes)
                .forEach((key, outcome) -> lines.add(key + "\t" + outcome.name().toLowerCase(java.util.Locale.ROOT)));
        Path file = directory.resolve(UUID.randomUUID() + ".tsv");
        try {
            Files.createDirectories(directory);
            Files.write(file, lines);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot record the proven mission rows in " + file, e);
        }
    }

    private void recordAll(TestIdentifier identifier, Outcome outcome) {
        record(identifier, outcome);
        if (plan != null) {
            plan.getDescendants(identifier).forEach(below -> record(below, outcome));
        }
    }

    private void record(TestIdentifier identifier, Outcome outcome) {
        identifier
                .getSource()
                .filter(MethodSource.class::isInstance)
                .map(MethodSource.class::cast)
                .ifPresent(method -> identifier.getTags().stream()
                        .filter(tag -> ROW.matcher(tag.getName()).matches())
                        .forEach(tag -> outcomes.merge(
                                tag.getName() + "\t" + method.getClassName() + "#" + method.getMethodName(),
                                outcome,
                                MissionListener::worse)));
    }

    private static Outcome worse(Outcome one, Outcome other) {
        return one.compareTo(other) >= 0 ? one : other;
    }
}
