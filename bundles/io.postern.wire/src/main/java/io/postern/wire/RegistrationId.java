// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import java.util.regex.Pattern;

/**
 * The name under which a device registers with the provisioning service, unique within its id scope (DPS-09).
 *
 * <p>Compared without case, kept in lower case: 1 to 128 letters, digits and {@code - . _ :}, the last a letter, digit or hyphen.
 */
public record RegistrationId(String text) {
    private static final Pattern FORM = Pattern.compile("[a-z0-9\\-._:]{0,127}[a-z0-9\\-]");

    public RegistrationId {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "a registration id is 1 to 128 letters, digits or -._: and ends with a letter, digit or hyphen, not \""
                            + Shown.of(text) + "\"");
        }
    }

    /** @throws IllegalArgumentException naming the rule that {@code text} breaks */
    public static RegistrationId of(String text) {
        return new RegistrationId(Ascii.lowerCase(text));
    }

    @Override
    public String toString() {
        return text;
    }
}
