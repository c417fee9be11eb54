// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import java.util.regex.Pattern;

/**
 * The identifier of a device model (DTDL, section Digital Twin Model Identifier): {@code dtmi:domain:name;version}.
 *
 * <p>At most 512 characters.
 */
public record ModelId(String text) {
    private static final Pattern FORM = Pattern.compile(
            "dtmi:(?=.{1,507}$)[A-Za-z](?:[A-Za-z0-9_]*[A-Za-z0-9])?(?::[A-Za-z_](?:[A-Za-z0-9_]*[A-Za-z0-9])?)*;[1-9][0-9]{0,8}");

    public ModelId {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "a model id has the form dtmi:name:name;version, not \"" + Shown.of(text) + "\"");
        }
    }

    /** @throws IllegalArgumentException naming the rule that {@code text} breaks */
    public static ModelId of(String text) {
        return new ModelId(text);
    }

    @Override
    public String toString() {
        return text;
    }
}
