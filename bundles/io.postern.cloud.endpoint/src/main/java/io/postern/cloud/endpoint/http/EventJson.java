// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.HubEvent;
import io.postern.wire.Json;
import io.postern.wire.hub.PropertyBag;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.Locale;
import java.util.Map;

/** One accepted message as consumers read it; our own shape, the official one being another protocol's. */
final class EventJson {
    private EventJson() {}

    static JsonObject of(HubEvent event) {
        JsonObjectBuilder json = Json.object()
                .add("sequence", event.sequence())
                .add("partition", event.partition())
                .add("offset", event.offset())
                .add("deviceId", event.deviceId().text())
                .add("generationId", event.generationId())
                .add("enqueued", event.enqueued().toString())
                .add("authMethod", event.authMethod().toJson());
        event.policy().ifPresent(policy -> json.add("policy", policy));
        json.add("properties", object(event.applicationProperties())).add("system", object(event.systemProperties()));
        addBody(json, event);
        return json.build();
    }

    /** As JSON when the device says it is and it is; in base64 otherwise. */
    private static void addBody(JsonObjectBuilder json, HubEvent event) {
        String type =
                event.properties().get(PropertyBag.CONTENT_TYPE).orElse("").toLowerCase(Locale.ROOT);
        if (type.startsWith("application/json")) {
            try {
                json.add("body", Json.parse(event.body().toUtf8()));
                return;
            } catch (IllegalArgumentException e) {
                // whatever it is, the consumer gets it as it came
            }
        }
        json.add("bodyBase64", event.body().toBase64());
    }

    private static JsonObject object(Map<String, String> properties) {
        JsonObjectBuilder json = Json.object();
        properties.forEach(json::add);
        return json.build();
    }
}
