// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.mission;

import java.util.List;
import java.util.Set;

/**
 * What a test run recorded for one row and one test method: {@code TAG<TAB>class#method<TAB>outcome}.
 *
 * @param outcome passed, failed or skipped
 */
record TestResult(String tag, String test, String outcome) {
    private static final Set<String> OUTCOMES = Set.of("passed", "failed", "skipped");

    /** @throws IllegalArgumentException when the line is not such a record */
    static TestResult parse(String line) {
        List<String> fields = List.of(line.split("\t", -1));
        if (fields.size() != 3 || !fields.get(1).contains("#") || !OUTCOMES.contains(fields.get(2))) {
            throw new IllegalArgumentException("not a line \"TAG<TAB>class#method<TAB>passed|failed|skipped\"");
        }
        return new TestResult(fields.get(0), fields.get(1), fields.get(2));
    }

    boolean hasPassed() {
        return outcome.equals("passed");
    }

    boolean hasFailed() {
        return outcome.equals("failed");
    }
}
