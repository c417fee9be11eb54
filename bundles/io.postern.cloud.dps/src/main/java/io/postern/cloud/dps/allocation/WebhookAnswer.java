// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.allocation;

import io.postern.wire.HubName;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * What an allocation webhook decided.
 *
 * @param initialTwin {@code {"tags":{...},"properties":{"desired":{...}}}}; goes before the enrollment's own and before
 *     data of an earlier hub
 * @param payload passed on to the device in the result of its registration
 */
public record WebhookAnswer(HubName hub, Optional<JsonObject> initialTwin, Optional<JsonObject> payload) {

    /** @throws IOException saying what is missing, or that the hub is none of {@code offered} */
    static WebhookAnswer parse(JsonObject json, List<HubName> offered) throws IOException {
        HubName hub = hub(json);
        if (!offered.contains(hub)) {
            throw new IOException("it chose the hub " + hub + ", which was not offered; offered were " + offered);
        }
        return new WebhookAnswer(hub, Json.object(json, "initialTwin"), Json.object(json, "payload"));
    }

    /** The documentation spells the member in two ways. */
    private static HubName hub(JsonObject json) throws IOException {
        String text = Json.text(json, "iotHubHostName")
                .or(() -> Json.text(json, "iotHubHostname"))
                .orElseThrow(() -> new IOException("its answer names no iotHubHostName"));
        try {
            return HubName.of(text);
        } catch (IllegalArgumentException e) {
            throw new IOException("its iotHubHostName is no host name: " + e.getMessage(), e);
        }
    }
}
