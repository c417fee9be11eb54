// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.wire.Shown;
import java.util.Optional;

/**
 * The condition of an update: any state, or only the one whose etag the caller has seen.
 *
 * @param etag without quotes; empty means any
 */
public record IfMatch(Optional<String> etag) {
    public static final IfMatch ANY = new IfMatch(Optional.empty());
    private static final int MOST = 128; // our etags have 12 characters

    /** Reads an If-Match header, which arrives quoted, unquoted or as a star. */
    public static IfMatch parse(String header) {
        String text = header.strip();
        String bare = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1)
                : text;
        if (bare.length() > MOST || bare.isEmpty()) {
            throw new IllegalArgumentException("If-Match is an etag or *, not \"" + Shown.of(header) + "\"");
        }
        return bare.equals("*") ? ANY : new IfMatch(Optional.of(bare));
    }

    public boolean accepts(String current) {
        return etag.isEmpty() || etag.get().equals(current);
    }
}
