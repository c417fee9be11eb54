// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.SharedAccessPolicies.KeySlot;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.util.List;
import java.util.Locale;

/** What requests about policies carry, of a hub and of a tenant alike. What is malformed: {@link IllegalArgumentException}. */
public final class PolicyBody {
    private PolicyBody() {}

    /** The texts of the member {@code permissions}: {@code {"permissions":["RegistryRead"]}}. */
    public static List<String> permissionNames(Request request) {
        JsonObject body = Json.parseObject(request.body().toUtf8());
        if (body.get("permissions") instanceof JsonArray names
                && names.stream().allMatch(JsonString.class::isInstance)) {
            return names.getValuesAs(JsonString.class).stream()
                    .map(JsonString::getString)
                    .toList();
        }
        throw new IllegalArgumentException("the member \"permissions\" is an array of permission names");
    }

    /** Which key is meant: {@code {"key":"primary"}}. */
    public static KeySlot slot(Request request) {
        String text = Json.requireText(Json.parseObject(request.body().toUtf8()), "key");
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "primary" -> KeySlot.PRIMARY;
            case "secondary" -> KeySlot.SECONDARY;
            default ->
                throw new IllegalArgumentException("key is primary or secondary, not \"" + Shown.of(text) + "\"");
        };
    }
}
