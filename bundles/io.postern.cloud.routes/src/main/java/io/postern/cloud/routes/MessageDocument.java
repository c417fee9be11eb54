// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes;

import io.postern.cloud.hub.HubEvent;
import io.postern.cloud.hub.query.AttributePath;
import io.postern.cloud.hub.query.Document;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A message as conditions ask it (spec: IoT Hub message routing query syntax): {@code $body.x}, system properties with a
 * dollar before their names, application properties by their names. Belongs to the thread that asks it.
 */
final class MessageDocument implements Document {
    private static final String BODY = "$body";

    private final HubEvent event;
    private @Nullable JsonValue body;
    private @Nullable JsonObject system;

    MessageDocument(HubEvent event) {
        this.event = event;
    }

    @Override
    public Optional<JsonValue> find(AttributePath path) {
        String first = path.first();
        if (first.equals(BODY)) {
            return path.follow(body(), 1);
        }
        Optional<JsonValue> root = first.startsWith("$")
                ? Optional.ofNullable(system().get(first.substring(1)))
                : Optional.ofNullable(event.applicationProperties().get(first)).map(Json::text);
        return root.flatMap(value -> path.follow(value, 1));
    }

    private JsonValue body() {
        JsonValue known = body;
        if (known == null) {
            known = RoutedMessage.body(event);
            body = known;
        }
        return known;
    }

    private JsonObject system() {
        JsonObject known = system;
        if (known == null) {
            known = RoutedMessage.systemProperties(event);
            system = known;
        }
        return known;
    }
}
