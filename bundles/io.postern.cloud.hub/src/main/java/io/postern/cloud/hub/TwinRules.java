// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.math.BigDecimal;

/** What may stand in a twin. All checks throw {@link IllegalArgumentException} naming the member and the rule. */
final class TwinRules {
    // spec: device twin format of the hub: limits on size, depth, names and values
    private static final int TAGS = 8 * 1024;
    private static final int PROPERTIES = 32 * 1024;
    private static final int DEEPEST = 10;
    private static final int LONGEST_NAME = 1024;
    private static final int LONGEST_TEXT = 4096;
    private static final BigDecimal SMALLEST_WHOLE = BigDecimal.valueOf(-(1L << 52));
    private static final BigDecimal LARGEST_WHOLE = BigDecimal.valueOf((1L << 52) - 1);

    private TwinRules() {}

    static void checkTags(JsonObject tags) {
        check(tags, "tags", TAGS);
    }

    static void checkProperties(JsonObject properties) {
        check(properties, "properties", PROPERTIES);
    }

    /** A patch may hold null where a twin may not; what it makes of the twin is checked again as a whole. */
    static void checkPatch(JsonObject patch) {
        checkObject(patch, "", 0, true);
    }

    /** Clients send these two back as they read them; they are the hub's own. */
    static JsonObject withoutStamps(JsonObject section) {
        return section.containsKey("$version") || section.containsKey("$metadata")
                ? Json.object(section).remove("$version").remove("$metadata").build()
                : section;
    }

    private static void check(JsonObject section, String name, int largest) {
        checkObject(section, "", 0, false);
        int size = size(section);
        if (size > largest) {
            throw new IllegalArgumentException(
                    "the twin's " + name + " would have " + size + " bytes, at most " + largest + " are allowed");
        }
    }

    private static void checkObject(JsonObject object, String path, int depth, boolean patch) {
        if (depth > DEEPEST) {
            throw bad(path, "lies deeper than " + DEEPEST + " levels");
        }
        object.forEach((name, value) -> {
            checkName(name, path);
            checkValue(value, path.isEmpty() ? name : path + "." + name, depth, patch);
        });
    }

    private static void checkName(String name, String path) {
        boolean forbidden = name.isEmpty()
                || name.chars().anyMatch(c -> c == '.' || c == '$' || c == ' ' || Character.isISOControl(c));
        if (forbidden || Bytes.utf8(name).length() > LONGEST_NAME) {
            throw bad(
                    path.isEmpty() ? name : path + "." + name,
                    "has a name that is empty, over 1 KB, or holds a dot, a dollar sign, a space or a control character");
        }
    }

    private static void checkValue(JsonValue value, String path, int depth, boolean patch) {
        switch (value) {
            case JsonObject inner -> checkObject(inner, path, depth + 1, patch);
            case JsonArray items -> items.forEach(item -> checkValue(item, path, depth + 1, false));
            case JsonString text -> {
                if (Bytes.utf8(text.getString()).length() > LONGEST_TEXT) {
                    throw bad(path, "is a text of more than 4 KB");
                }
            }
            case JsonNumber number -> {
                BigDecimal exact = number.bigDecimalValue();
                if (number.isIntegral()
                        && (exact.compareTo(SMALLEST_WHOLE) < 0 || exact.compareTo(LARGEST_WHOLE) > 0)) {
                    throw bad(path, "is a whole number below -2^52 or above 2^52 - 1");
                }
            }
            default -> {
                if (value == JsonValue.NULL && !patch) {
                    throw bad(path, "is null");
                }
            }
        }
    }

    private static int size(JsonValue value) {
        return switch (value) {
            case JsonObject object ->
                object.entrySet().stream()
                        .mapToInt(e -> Bytes.utf8(e.getKey()).length() + size(e.getValue()))
                        .sum();
            case JsonArray items -> items.stream().mapToInt(TwinRules::size).sum();
            case JsonString text -> Bytes.utf8(text.getString()).length();
            case JsonNumber _ -> 8;
            default -> 4;
        };
    }

    private static IllegalArgumentException bad(String path, String rule) {
        return new IllegalArgumentException("the twin's member \"" + Shown.of(path) + "\" " + rule);
    }
}
