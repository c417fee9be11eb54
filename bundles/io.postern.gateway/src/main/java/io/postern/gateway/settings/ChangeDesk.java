// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.settings;

import io.postern.gateway.spi.Exchanges;
import io.postern.gateway.spi.LeafOffice;
import io.postern.sensor.TemplateException;
import io.postern.sensor.Templates;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import jakarta.json.JsonObject;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Checks a change as a whole, against what counts now, before anything is touched. */
final class ChangeDesk {
    private static final int MOST_STORED = 256 << 10; // characters of all changes together: one fact of the store

    private final Configurations configurations;
    private final Supplier<List<LeafOffice.Entry>> leaves;
    private final Exchanges exchanges;

    ChangeDesk(Configurations configurations, Supplier<List<LeafOffice.Entry>> leaves, Exchanges exchanges) {
        this.configurations = configurations;
        this.leaves = leaves;
        this.exchanges = exchanges;
    }

    /**
     * The trial that {@code change} begins.
     *
     * @throws IllegalArgumentException saying what of it cannot be
     */
    Standing.Trial trial(SettingsChange change, String by, Overlay current) {
        Map<String, JsonObject> before = current.over(configurations.base());
        change.edits().forEach(edit -> check(edit, Optional.ofNullable(before.get(edit.pid()))));
        change.templates().forEach((name, template) -> template.ifPresent(json -> checkTemplate(name, json)));
        return trial(change, by, current, current.with(change));
    }

    /** The same for a way back to what the file says, or to another whole. */
    Standing.Trial trial(SettingsChange change, String by, Overlay current, Overlay next) {
        if (next.toJson().toString().length() > MOST_STORED) {
            throw new IllegalArgumentException("all changes together have more than " + MOST_STORED
                    + " characters; write some of them into the gateway's own file, and settings reset");
        }
        Map<String, JsonObject> before = current.over(configurations.base());
        Map<String, JsonObject> after = next.over(configurations.base());
        for (String pid : Overlay.differences(before, after)) {
            Optional.ofNullable(after.get(pid)).ifPresent(values -> check(pid, values));
        }
        Set<Proof> needs = EnumSet.noneOf(Proof.class);
        needs.addAll(SettingsRules.needs(before, after));
        List<String> concerned = needs.contains(Proof.READINGS) ? concerned(before, after) : List.of();
        if (concerned.isEmpty()) {
            needs.remove(Proof.READINGS);
        }
        if (exchanges.count(Exchanges.Kind.LEAF_CONNECTED) == 0) {
            needs.remove(Proof.LEAF_SESSION); // there was none before
        }
        return new Standing.Trial(change.id(), by, next, needs, concerned, change.within(), 0, Optional.empty());
    }

    private void check(SettingsChange.Edit edit, Optional<JsonObject> before) {
        SettingsRules.refuseForbidden(edit, before);
        Set<String> known = configurations
                .keys(edit.pid())
                .orElseThrow(() -> new IllegalArgumentException(
                        edit.pid() + ": no part of this gateway has such a configuration"));
        if (edit.remove() && before.isEmpty()) {
            throw new IllegalArgumentException(edit.pid() + ": there is no such configuration to remove");
        }
        edit.set().keySet().stream()
                .filter(key -> !known.contains(key))
                .findFirst()
                .ifPresent(key -> {
                    throw new IllegalArgumentException(edit.pid() + " has no key " + Shown.of(key) + "; there are "
                            + String.join(", ", known.stream().sorted().toList()));
                });
    }

    private void check(String pid, JsonObject values) {
        try {
            configurations.check(pid, values);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(pid + ": " + e.getMessage(), e);
        }
    }

    private static void checkTemplate(String name, JsonObject template) {
        try {
            Templates.readText(name, Json.pretty(template));
        } catch (TemplateException e) {
            throw new IllegalArgumentException("templates: " + e.getMessage(), e);
        }
    }

    /** Those that are live, and whose configuration or line changes, and that stay. */
    private List<String> concerned(Map<String, JsonObject> before, Map<String, JsonObject> after) {
        Set<String> lines = SettingsRules.changedLines(before, after);
        Set<String> changed = Overlay.differences(before, after);
        return leaves.get().stream()
                .filter(entry -> entry.state().equals("live"))
                .filter(entry -> {
                    Optional<String> pid = pidOf(entry.leaf().text(), after);
                    return pid.isPresent() && (changed.contains(pid.get()) || lines.contains(entry.line()));
                })
                .map(entry -> entry.leaf().text())
                .toList();
    }

    private static Optional<String> pidOf(String leaf, Map<String, JsonObject> configurations) {
        return configurations.entrySet().stream()
                .filter(each -> SettingsRules.family(each.getKey()).equals(SettingsRules.LEAF))
                .filter(each ->
                        Json.text(each.getValue(), "leaf").filter(leaf::equals).isPresent())
                .map(Map.Entry::getKey)
                .findFirst();
    }
}
