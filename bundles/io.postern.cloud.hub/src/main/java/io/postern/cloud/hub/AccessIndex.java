// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.hub.AccessRule.One;
import io.postern.cloud.hub.AccessRule.Prefix;
import io.postern.cloud.hub.AccessRule.Tag;
import io.postern.wire.DeviceId;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * The rules of one list, so laid out that a device is looked up and no rule is walked over: one look for its id, one for
 * each length of prefix and each path of tags in use. Immutable.
 */
final class AccessIndex {
    private final Map<DeviceId, AccessRule> devices = new HashMap<>();
    private final Map<String, AccessRule> prefixes = new HashMap<>();
    private final TreeSet<Integer> lengths = new TreeSet<>();
    private final Map<String, Map<String, AccessRule>> tags = new HashMap<>();

    AccessIndex(Collection<AccessRule> rules) {
        for (AccessRule rule : rules) {
            switch (rule.subject()) {
                case One(DeviceId device) -> devices.put(device, rule);
                case Prefix(String start) -> {
                    prefixes.put(start, rule);
                    lengths.add(start.length());
                }
                case Tag(String path, String value) ->
                    tags.computeIfAbsent(path, _ -> new HashMap<>()).put(value, rule);
            }
        }
    }

    /** How many tags have to be looked at for each device. */
    int paths() {
        return tags.size();
    }

    /** @param twin the device's tags, fetched only when a rule speaks of tags */
    Optional<AccessRule> find(DeviceId device, Supplier<JsonObject> twin) {
        AccessRule named = devices.get(device);
        if (named != null) {
            return Optional.of(named);
        }
        String id = device.text();
        for (int length : lengths.headSet(id.length(), true)) {
            AccessRule begun = prefixes.get(id.substring(0, length));
            if (begun != null) {
                return Optional.of(begun);
            }
        }
        return tags.isEmpty() ? Optional.empty() : tagged(twin.get());
    }

    private Optional<AccessRule> tagged(JsonObject all) {
        return tags.entrySet().stream()
                .flatMap(each -> value(all, List.of(each.getKey().split("\\.", -1))).stream()
                        .map(each.getValue()::get)
                        .flatMap(rule -> Optional.ofNullable(rule).stream()))
                .findFirst();
    }

    private static Optional<String> value(JsonObject tags, List<String> names) {
        JsonValue at = tags;
        for (String name : names) {
            at = at instanceof JsonObject inner ? inner.getOrDefault(name, JsonValue.NULL) : JsonValue.NULL;
        }
        return switch (at) {
            case JsonString text -> Optional.of(text.getString());
            case JsonNumber number -> Optional.of(number.toString());
            case JsonValue word when word == JsonValue.TRUE || word == JsonValue.FALSE -> Optional.of(word.toString());
            default -> Optional.empty();
        };
    }
}
