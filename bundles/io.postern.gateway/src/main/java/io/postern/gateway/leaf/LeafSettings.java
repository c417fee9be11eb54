// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import io.postern.wire.DeviceId;
import io.postern.wire.DurationText;
import io.postern.wire.Setting;
import io.postern.wire.Shown;
import java.time.Duration;
import java.util.Optional;

/**
 * One configured leaf.
 *
 * @param template the name of its template
 * @param line the role of the line it is on; empty for an instrument that is on none
 * @param address as its driver understands it
 * @param period how often all its fields are read, in place of what the template says
 * @param approval who decides that the instrument found is the one that is meant
 * @param check how often it is asked who it is
 */
record LeafSettings(
        DeviceId leaf,
        String template,
        String line,
        String address,
        Optional<Duration> period,
        Approval approval,
        Duration check) {
    private static final Duration SHORTEST_PERIOD = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofDays(1);
    private static final Duration SHORTEST_CHECK = Duration.ofSeconds(10); // it costs the line a few exchanges

    /** Who decides about an instrument that is seen for the first time. */
    enum Approval {
        /** Whoever configured the leaf has decided: what is found first is trusted. */
        AUTO,
        /** Nothing is published before a person has approved what was found. */
        MANUAL
    }

    LeafSettings {
        if (!template.matches("[a-z0-9][a-z0-9-]{0,63}")) {
            throw new IllegalArgumentException(
                    "template: a name of lower case letters, digits and hyphens, not \"" + Shown.of(template) + "\"");
        }
        if (address.length() > 128 || line.length() > 64) {
            throw new IllegalArgumentException("line, address: at most 64 and 128 characters");
        }
        period.ifPresent(value -> within("period", value, SHORTEST_PERIOD));
        within("check", check, SHORTEST_CHECK);
    }

    /** @throws IllegalArgumentException naming the key whose value cannot be used */
    static LeafSettings of(LeafComponent.Config config) {
        return new LeafSettings(
                Setting.parse("leaf", config.leaf(), DeviceId::of),
                Setting.parse("template", config.template(), String::strip),
                config.line().strip(),
                config.address().strip(),
                config.period().isBlank()
                        ? Optional.empty()
                        : Optional.of(Setting.parse("period", config.period(), DurationText::parse)),
                Setting.parse("approval", config.approval(), LeafSettings::approval),
                Setting.parse("check", config.check(), DurationText::parse));
    }

    private static Approval approval(String text) {
        return switch (text.strip()) {
            case "auto" -> Approval.AUTO;
            case "manual" -> Approval.MANUAL;
            default -> throw new IllegalArgumentException("auto or manual, not \"" + Shown.of(text) + "\"");
        };
    }

    private static void within(String key, Duration value, Duration least) {
        if (value.compareTo(least) < 0 || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    key + ": " + least.toMillis() + "ms to " + LONGEST.toHours() + "h, not " + value.toMillis() + "ms");
        }
    }
}
