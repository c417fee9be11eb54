// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.mission;

import io.postern.wire.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The whole mission, judged.
 *
 * @param strayTags tags of recorded tests that are no row: a misspelling, or a row that was dropped
 */
record MissionReport(List<Verdict> verdicts, SortedSet<String> strayTags) {

    /** @param pages by id, the pages that name it */
    static MissionReport of(
            List<MissionRow> rows, Collection<TestResult> results, Map<String, ? extends Collection<String>> pages) {
        Map<String, List<TestResult>> byTag = results.stream().collect(Collectors.groupingBy(TestResult::tag));
        List<Verdict> verdicts = new ArrayList<>();
        for (MissionRow row : rows) {
            List<TestResult> own = byTag.getOrDefault(row.id(), List.of());
            verdicts.add(new Verdict(
                    row,
                    names(own, TestResult::hasPassed),
                    names(own, TestResult::hasFailed),
                    row.isForPagesAlone() && pages.containsKey(row.id())
                            ? List.copyOf(pages.get(row.id()))
                            : List.of()));
        }
        Set<String> ids = rows.stream().map(MissionRow::id).collect(Collectors.toSet());
        SortedSet<String> stray = new TreeSet<>(byTag.keySet());
        stray.removeAll(ids);
        return new MissionReport(verdicts, stray);
    }

    long proven() {
        return verdicts.stream().filter(Verdict::isProven).count();
    }

    int total() {
        return verdicts.size();
    }

    JsonObject toJson() {
        JsonArrayBuilder rows = Json.array();
        verdicts.forEach(verdict -> rows.add(verdict.toJson()));
        return Json.object()
                .add("rows", rows)
                .add("proven", proven())
                .add("total", total())
                .build();
    }

    /** For a person; {@code open} leaves the proven rows out. */
    List<String> lines(boolean open) {
        List<String> lines = new ArrayList<>();
        for (Verdict verdict : verdicts) {
            if (!open || !verdict.isProven()) {
                lines.add("%s %-7s %s"
                        .formatted(
                                verdict.isProven() ? "proven" : "open  ",
                                verdict.row().id(),
                                verdict.row().behaviour()));
                verdict.tests().forEach(test -> lines.add("         passed  " + test));
                verdict.failed().forEach(test -> lines.add("         FAILED  " + test));
                verdict.pages().forEach(page -> lines.add("         page    " + page));
            }
        }
        strayTags.forEach(tag -> lines.add("note: tests carry the tag " + tag + ", which is no row of the mission"));
        lines.add("proven " + proven() + " / total " + total());
        return lines;
    }

    private static List<String> names(List<TestResult> results, Predicate<TestResult> which) {
        return results.stream()
                .filter(which)
                .map(TestResult::test)
                .distinct()
                .sorted()
                .toList();
    }
}
