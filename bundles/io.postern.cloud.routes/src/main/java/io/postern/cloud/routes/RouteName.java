// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes;

import io.postern.wire.Shown;
import java.util.regex.Pattern;

/** What a route is called: 1 to 64 letters, digits and {@code - . _}, not a dot first; also a file's name. */
public record RouteName(String text) {
    private static final Pattern FORM =
            Pattern.compile("[A-Za-z0-9\\-_][A-Za-z0-9\\-._]{0,63}"); // spec: IoT Hub routes

    public RouteName {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "a route is called by 1 to 64 letters, digits or -._, not \"" + Shown.of(text) + "\"");
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
