// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.hub;

import io.postern.wire.Bytes;
import io.postern.wire.Shown;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * The properties that ride in the last level of an MQTT topic: {@code k=v} joined by {@code &}, percent-encoded.
 *
 * <p>System properties start with a dollar sign ({@code $.mid}, {@code $.ct}); clients write it plain or as
 * {@code %24}, both are read. A key without a value reads as the empty text.
 */
public record PropertyBag(SequencedMap<String, String> entries) {
    public static final PropertyBag EMPTY = new PropertyBag(new LinkedHashMap<>());

    public static final String MESSAGE_ID = "$.mid";
    public static final String CORRELATION_ID = "$.cid";
    public static final String CONTENT_TYPE = "$.ct";
    public static final String CONTENT_ENCODING = "$.ce";
    public static final String CREATION_TIME = "$.ctime";

    /** How many properties a message has at most: far above what the SDKs set, about ten. */
    public static final int MOST_ENTRIES = 64;

    private static final String PLAIN = "0123456789-_.*"; // beside letters; as official clients do
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    public PropertyBag {
        entries = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(entries));
    }

    /** @throws IllegalArgumentException naming the entry that is malformed or stands twice */
    public static PropertyBag decode(String encoded) {
        if (encoded.isEmpty()) {
            return EMPTY;
        }
        SequencedMap<String, String> entries = new LinkedHashMap<>();
        for (String entry : encoded.split("&", MOST_ENTRIES + 2)) {
            int equals = entry.indexOf('=');
            String key = decodeText(equals < 0 ? entry : entry.substring(0, equals));
            String value = equals < 0 ? "" : decodeText(entry.substring(equals + 1));
            if (key.isEmpty() || entries.put(key, value) != null) {
                throw new IllegalArgumentException(
                        "a property has no name or stands twice: \"" + Shown.of(entry) + "\"");
            }
            if (entries.size() > MOST_ENTRIES) {
                throw new IllegalArgumentException("a message has at most " + MOST_ENTRIES + " properties");
            }
        }
        return new PropertyBag(entries);
    }

    /** Reads back what {@link #encode} wrote, whatever stands in it: a sender's properties and those the hub added. */
    public static PropertyBag recorded(String encoded) {
        SequencedMap<String, String> entries = new LinkedHashMap<>();
        for (String entry : encoded.isEmpty() ? new String[0] : encoded.split("&", -1)) {
            int equals = entry.indexOf('=');
            entries.put(decodeText(entry.substring(0, equals)), decodeText(entry.substring(equals + 1)));
        }
        return new PropertyBag(entries);
    }

    public Optional<String> get(String key) {
        return Optional.ofNullable(entries.get(key));
    }

    /** A bag with {@code key} set as well. */
    public PropertyBag with(String key, String value) {
        SequencedMap<String, String> more = new LinkedHashMap<>(entries);
        more.put(key, value);
        return new PropertyBag(more);
    }

    /** What it adds to the size of a message by the hub's rule: all values, and the names of all but system properties. */
    public int size() {
        int counted = 0;
        for (var entry : entries.entrySet()) {
            counted += entry.getKey().startsWith("$.")
                    ? 0
                    : Bytes.utf8(entry.getKey()).length();
            counted += Bytes.utf8(entry.getValue()).length();
        }
        return counted;
    }

    public String encode() {
        var encoded = new StringBuilder(128);
        entries.forEach((key, value) -> {
            if (!encoded.isEmpty()) {
                encoded.append('&');
            }
            encodeText(key, encoded);
            encoded.append('=');
            encodeText(value, encoded);
        });
        return encoded.toString();
    }

    private static String decodeText(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static void encodeText(String text, StringBuilder into) {
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            if (octet >= 'a' && octet <= 'z' || octet >= 'A' && octet <= 'Z' || PLAIN.indexOf(octet) >= 0) {
                into.append((char) octet);
            } else {
                into.append('%').append(HEX.toHighHexDigit(octet)).append(HEX.toLowHexDigit(octet));
            }
        }
    }
}
