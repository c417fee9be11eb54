// SPDX-License-Identifier: Apache-2.0
package io.postern.factory.x509;

import io.postern.wire.Shown;
import java.util.regex.Pattern;

/** The common name of a certificate's subject, at most 64 characters (RFC 5280, A.1: ub-common-name). */
public record CommonName(String text) {
    private static final Pattern DEVICE = Pattern.compile("[A-Za-z0-9\\-]{1,64}");
    private static final Pattern AUTHORITY = Pattern.compile("[A-Za-z0-9\\-._ ]{1,64}");

    public CommonName {
        if (!AUTHORITY.matcher(text).matches() || text.isBlank()) {
            throw new IllegalArgumentException(
                    "the name of a CA is 1 to 64 letters, digits, spaces or -._, not \"" + Shown.of(text) + "\"");
        }
    }

    /** For a device, or for a verification code: letters, digits and hyphens (CEN-20). */
    public static CommonName ofDevice(String text) {
        if (!DEVICE.matcher(text).matches()) {
            throw new IllegalArgumentException("a device's certificate names it by 1 to 64 letters, digits or hyphens,"
                    + " not \"" + Shown.of(text) + "\"");
        }
        return new CommonName(text);
    }

    @Override
    public String toString() {
        return text;
    }
}
