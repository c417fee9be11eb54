// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.health;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.util.Arrays;
import java.util.Comparator;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** What is installed: {@code {"bundles":[{"name","version","active"}]}}. */
final class Bundles {
    private Bundles() {}

    static JsonObject toJson(BundleContext context) {
        var all = Json.array();
        Arrays.stream(context.getBundles())
                .sorted(Comparator.comparing(Bundle::getSymbolicName))
                .forEach(bundle -> all.add(Json.object()
                        .add("name", bundle.getSymbolicName())
                        .add("version", bundle.getVersion().toString())
                        .add("active", bundle.getState() == Bundle.ACTIVE)));
        return Json.object().add("bundles", all).build();
    }
}
