// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.wire.DeviceId;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Whether gateways may bring along leaves that the hub does not know, and under which names.
 *
 * @param rules what a gateway may name its leaves; one that fits is enough
 * @param perDay how many a gateway may bring along in 24 hours
 */
public record NewLeafPolicy(Mode mode, List<Rule> rules, int perDay) {
    /** What happens to a leaf that the hub does not know. */
    public enum Mode {
        /** It is refused: operators make leaves. */
        OFF,
        /** It waits for an operator. */
        APPROVAL,
        /** It is made at once. */
        ON
    }

    /** What nobody asked for. */
    public static final NewLeafPolicy OFF = new NewLeafPolicy(Mode.OFF, List.of(Rule.parse("*={gateway}-*")), 100);

    public NewLeafPolicy {
        rules = List.copyOf(rules);
        if (perDay < 1) {
            throw new IllegalArgumentException("newLeavesPerDay is at least 1, not " + perDay);
        }
    }

    /** @throws IllegalArgumentException naming the key that is wrong */
    public static NewLeafPolicy of(String mode, String[] names, int perDay) {
        return new NewLeafPolicy(
                switch (mode.strip().toLowerCase(Locale.ROOT)) {
                    case "off" -> Mode.OFF;
                    case "approval" -> Mode.APPROVAL;
                    case "on" -> Mode.ON;
                    default -> throw new IllegalArgumentException("newLeaves is off, approval or on, not " + mode);
                },
                Arrays.stream(names).map(Rule::parse).toList(),
                perDay);
    }

    boolean allows(DeviceId gateway, DeviceId leaf) {
        return !leaf.equals(gateway) && rules.stream().anyMatch(rule -> rule.allows(gateway, leaf));
    }

    /**
     * What some gateways may name their leaves. In both patterns {@code *} stands for any characters and
     * {@code {gateway}} for the gateway's own name.
     */
    public record Rule(String gateways, String leaves) {
        private static final int MOST_STARS = 4; // each may be tried at every character of a name of 128

        /** @param text {@code gateways=leaves} */
        static Rule parse(String text) {
            int equals = text.indexOf('=');
            if (equals < 1 || equals == text.length() - 1) {
                throw new IllegalArgumentException(
                        "newLeafNames has rules like \"gw-*={gateway}-*\": gateways, an equals sign, leaves; not \""
                                + text + "\"");
            }
            return new Rule(text.substring(0, equals), text.substring(equals + 1));
        }

        public Rule {
            if (stars(gateways) > MOST_STARS || stars(leaves) > MOST_STARS) {
                throw new IllegalArgumentException("a pattern in newLeafNames has at most " + MOST_STARS + " stars");
            }
        }

        boolean allows(DeviceId gateway, DeviceId leaf) {
            return matches(gateways, gateway.text(), gateway) && matches(leaves, leaf.text(), gateway);
        }

        /** A star in the gateway's name stands for itself. */
        private static boolean matches(String pattern, String name, DeviceId gateway) {
            String regex = Arrays.stream(pattern.split("\\*", -1))
                    .map(part -> Pattern.quote(part.replace("{gateway}", gateway.text())))
                    .collect(Collectors.joining(".*"));
            return Pattern.matches(regex, name);
        }

        private static long stars(String pattern) {
            return pattern.chars().filter(c -> c == '*').count();
        }
    }
}
