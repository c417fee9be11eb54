// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import java.util.function.Function;

/** Reads one setting of a configuration so that a value that cannot be used is reported with its key. */
public final class Setting {
    private Setting() {}

    /**
     * The value of {@code text}.
     *
     * @throws IllegalArgumentException beginning with the key, when {@code text} is blank or {@code parse} refuses it
     */
    public static <T> T parse(String key, String text, Function<String, T> parse) {
        if (text.isBlank()) {
            throw new IllegalArgumentException(key + ": a value is needed, there is none");
        }
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException e) { // a path's exception is one too
            throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
        }
    }
}
