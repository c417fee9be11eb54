// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.wire.DeviceId;
import io.postern.wire.Shown;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One line of a hub's block or allow list (HUB-11).
 *
 * @param name by which the operator calls it
 * @param reason in the operator's words; read by operators only
 */
public record AccessRule(String name, Effect effect, Subject subject, Optional<String> reason, Instant made) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final int LONGEST_REASON = 128; // as that of a disabled device

    /** Which list it is on. */
    public enum Effect {
        BLOCK,
        ALLOW
    }

    /** Whom it is about. */
    public sealed interface Subject {}

    public record One(DeviceId device) implements Subject {}

    /** All devices whose id begins so; compared with case, as ids are. */
    public record Prefix(String start) implements Subject {
        public Prefix {
            if (start.isEmpty() || start.length() > 128) {
                throw new IllegalArgumentException("a prefix has 1 to 128 characters, not " + start.length());
            }
        }
    }

    /**
     * All devices whose twin has a tag of this value.
     *
     * @param path names from the outside in, joined by dots: names of tags hold none
     * @param value the text, or a number or truth value as JSON writes it
     */
    public record Tag(String path, String value) implements Subject {
        private static final int LONGEST = 256; // a tag of a group is a short word

        public Tag {
            if (path.isEmpty() || value.isEmpty() || path.length() > LONGEST || value.length() > LONGEST) {
                throw new IllegalArgumentException("tag and value of a rule have 1 to " + LONGEST + " characters each");
            }
        }
    }

    public AccessRule {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("a rule's name has 1 to 64 letters, digits, dots, underscores and"
                    + " hyphens, unlike \"" + Shown.of(name) + "\"");
        }
        if (reason.isPresent() && reason.get().length() > LONGEST_REASON) {
            throw new IllegalArgumentException("a reason has at most " + LONGEST_REASON + " characters");
        }
    }

    /** For logs and operators: what shuts a device out, and why. */
    String told() {
        return "rule " + name + " (" + shown() + "): " + reason.orElse("no reason given");
    }

    private String shown() {
        return switch (subject) {
            case One(DeviceId device) -> "device " + device;
            case Prefix(String start) -> "devices " + start + "*";
            case Tag(String path, String value) -> "tag " + path + " = " + Shown.of(value);
        };
    }
}
