// SPDX-License-Identifier: Apache-2.0
package io.postern.factory.x509;

import io.postern.wire.Shown;
import java.util.regex.Pattern;

/** Whose devices these are: O in a certificate's subject, at most 64 characters (RFC 5280, A.1: ub-organization-name). */
public record OrganizationName(String text) {
    private static final Pattern PRINTED = Pattern.compile("[\\p{L}\\p{N} .,&'()+/\\-]{1,64}");

    public OrganizationName {
        if (!PRINTED.matcher(text).matches() || text.isBlank()) {
            throw new IllegalArgumentException(
                    "an organization is 1 to 64 letters, digits, spaces or .,&'()+/-, not \"" + Shown.of(text) + "\"");
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
