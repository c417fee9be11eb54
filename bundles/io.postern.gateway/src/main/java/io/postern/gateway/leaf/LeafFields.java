// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import io.postern.sensor.Measurement;
import io.postern.sensor.Model.Content;
import io.postern.sensor.Reporting.Rule;
import io.postern.sensor.Template;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * What is read of one leaf, and how often: the telemetry of its template's model. Properties are read when somebody asks
 * for them.
 *
 * @param override the period of all fields, in place of the template's
 */
record LeafFields(Template template, Optional<Duration> override) {
    Rule rule(String field) {
        Rule rule = template.reporting().rule(field);
        return override.map(period -> new Rule(period, rule.on(), rule.deadBand(), rule.low(), rule.high()))
                .orElse(rule);
    }

    /** The fields that are read together, by their period; the shortest first. */
    Map<Duration, Set<String>> groups() {
        var groups = new LinkedHashMap<Duration, Set<String>>();
        template.model().contents().forEach((name, content) -> {
            if (content instanceof Content.Telemetry) {
                groups.computeIfAbsent(rule(name).period(), _ -> new LinkedHashSet<>())
                        .add(name);
            }
        });
        var sorted = new LinkedHashMap<Duration, Set<String>>();
        groups.keySet().stream().sorted().forEach(period -> sorted.put(period, groups.getOrDefault(period, Set.of())));
        return sorted;
    }

    Duration shortestPeriod() {
        return groups().keySet().stream()
                .min(Comparator.naturalOrder())
                .orElse(override.orElse(template.reporting().period()));
    }

    SequencedMap<String, Measurement> telemetry(SequencedMap<String, Measurement> observed) {
        var telemetry = new LinkedHashMap<String, Measurement>();
        observed.forEach((name, value) -> {
            if (template.model().contents().get(name) instanceof Content.Telemetry) {
                telemetry.put(name, value);
            }
        });
        return telemetry;
    }
}
