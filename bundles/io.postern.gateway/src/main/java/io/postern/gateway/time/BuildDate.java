// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.time;

import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.jar.Manifest;

/** When this bundle was built, as its manifest says: the same for each build of one source, so that builds can be compared. */
final class BuildDate {
    private static final String HEADER = "Postern-Built";
    private static final Instant FIRST = Instant.parse("2026-01-01T00:00:00Z"); // no Postern is older

    private BuildDate() {}

    static Instant ofBundle() {
        try (InputStream manifest = BuildDate.class.getResourceAsStream("/META-INF/MANIFEST.MF")) {
            String text = manifest == null
                    ? null
                    : new Manifest(manifest).getMainAttributes().getValue(HEADER);
            return text == null ? FIRST : Instant.parse(text);
        } catch (IOException | DateTimeException e) {
            return FIRST;
        }
    }
}
