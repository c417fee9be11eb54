// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.mission;

import io.postern.wire.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import java.util.Collection;
import java.util.List;

/**
 * A row and what speaks for and against it.
 *
 * @param tests that carry its tag and passed, in order
 * @param failed that carry its tag and did not pass
 * @param pages that state it, for a row of pages alone
 */
record Verdict(MissionRow row, List<String> tests, List<String> failed, List<String> pages) {

    boolean isProven() {
        return failed.isEmpty() && (!tests.isEmpty() || !pages.isEmpty());
    }

    JsonObject toJson() {
        return Json.object()
                .add("id", row.id())
                .add("behaviour", row.behaviour())
                .add("side", row.side())
                .add("proven", isProven())
                .add("tests", array(tests))
                .add("failed", array(failed))
                .add("pages", array(pages))
                .build();
    }

    private static JsonArrayBuilder array(Collection<String> texts) {
        JsonArrayBuilder array = Json.array();
        texts.forEach(array::add);
        return array;
    }
}
