// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import java.util.regex.Pattern;

/**
 * The host name of a hub, for example {@code hub.plant.example}.
 *
 * <p>Lower case, at least two labels: official clients refuse a name without a dot.
 */
public record HubName(String text) {
    private static final Pattern FORM =
            Pattern.compile("(?=.{1,253}$)[a-z0-9]([a-z0-9\\-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9\\-]*[a-z0-9])?)+");

    public HubName {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "a hub name is a host name of at least two labels, not \"" + Shown.of(text) + "\"");
        }
    }

    /** @throws IllegalArgumentException naming the rule that {@code text} breaks */
    public static HubName of(String text) {
        return new HubName(Ascii.lowerCase(text));
    }

    /** Its first label, as Event Hubs clients and SASL user names call the hub: {@code hub} of {@code hub.plant.example}. */
    public String label() {
        return text.substring(0, text.indexOf('.'));
    }

    @Override
    public String toString() {
        return text;
    }
}
