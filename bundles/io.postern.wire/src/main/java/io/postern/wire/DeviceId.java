// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import java.util.regex.Pattern;

/**
 * The name of a device identity in a hub. Case matters (DEC-4).
 *
 * <p>1 to 128 characters of ASCII letters, digits and {@code - : . + % _ # * ? ! ( ) , = @ ; $ '}; the hub's own rule.
 * A connection string may be made of these too; it is refused, because names stand in logs and answers.
 */
public record DeviceId(String text) {
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9\\-:.+%_#*?!(),=@;$']{1,128}");

    public DeviceId {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "a device id is 1 to 128 letters, digits or -:.+%_#*?!(),=@;$', not \"" + Shown.of(text) + "\"");
        }
        if (Shown.holdsSecret(text)) {
            throw new IllegalArgumentException(
                    "a key or a signature is no device id: \"" + Shown.of(text) + "\"; give the device's name");
        }
    }

    /** @throws IllegalArgumentException naming the rule that {@code text} breaks */
    public static DeviceId of(String text) {
        return new DeviceId(text);
    }

    // by hand: it is the key of many maps, and what a record is given costs several calls where only the quick compiler
    // is

    @Override
    public boolean equals(Object other) {
        return other instanceof DeviceId id && text.equals(id.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
