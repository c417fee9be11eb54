// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.events;

import io.postern.wire.Shown;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The name of a group of readers: 1 to 50 letters, digits and {@code . - _}, the first and last a letter or digit;
 * names compare without case.
 */
public record ConsumerGroup(String name) {
    private static final Pattern FORM =
            Pattern.compile("(?i)\\$default|[a-z0-9]([a-z0-9._-]{0,48}[a-z0-9])?"); // spec: Event Hubs' naming rules

    /** The one that is always there. */
    public static final ConsumerGroup DEFAULT = new ConsumerGroup("$Default");

    public ConsumerGroup {
        if (!FORM.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a consumer group is called by 1 to 50 letters, digits or .-_, beginning and ending with a letter or"
                            + " digit, not \"" + Shown.of(name) + "\"");
        }
    }

    public static ConsumerGroup of(String name) {
        return new ConsumerGroup(name);
    }

    String key() {
        return name.toLowerCase(Locale.ROOT);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ConsumerGroup group && group.key().equals(key());
    }

    @Override
    public int hashCode() {
        return key().hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
