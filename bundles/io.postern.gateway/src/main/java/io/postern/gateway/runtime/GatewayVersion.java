// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.jar.Manifest;

/** The version of this bundle, as it reports itself to the hub. */
final class GatewayVersion {
    private GatewayVersion() {}

    static String text() {
        try (InputStream manifest = GatewayVersion.class.getResourceAsStream("/META-INF/MANIFEST.MF")) {
            return manifest == null
                    ? "unknown"
                    : Optional.ofNullable(
                                    new Manifest(manifest).getMainAttributes().getValue("Bundle-Version"))
                            .orElse("unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }
}
