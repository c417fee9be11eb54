// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.x509;

import io.postern.wire.Shown;
import java.util.regex.Pattern;

/** What an operator calls a CA certificate: 1 to 64 letters, digits and {@code - . _}. */
public record CaName(String text) {
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9\\-._]{1,64}");

    public CaName {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "a CA certificate is called by 1 to 64 letters, digits or -._, not \"" + Shown.of(text) + "\"");
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
