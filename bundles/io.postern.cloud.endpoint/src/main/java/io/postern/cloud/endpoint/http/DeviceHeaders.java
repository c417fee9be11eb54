// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.commands.LockedCommand;
import io.postern.wire.DeviceId;
import io.postern.wire.Shown;
import io.postern.wire.UtcText;
import io.postern.wire.hub.PropertyBag;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The properties of a message as headers (wire 4.5): {@code iothub-app-{name}} for those of its sender, a name of its own
 * for each system property. The members of a batch entry's {@code properties} are called the same.
 *
 * <p>A header holds printable ASCII only; what else a command's properties hold is percent-encoded as UTF-8.
 */
final class DeviceHeaders {
    private static final String CUSTOM = "iothub-app-";
    private static final Map<String, String> SYSTEM = Map.of(
            "iothub-messageid", PropertyBag.MESSAGE_ID,
            "iothub-correlationid", PropertyBag.CORRELATION_ID,
            "iothub-userid", "$.uid",
            "iothub-contenttype", PropertyBag.CONTENT_TYPE,
            "iothub-contentencoding", PropertyBag.CONTENT_ENCODING,
            "iothub-creation-time-utc", PropertyBag.CREATION_TIME,
            "iothub-interface-id", "$.ifid",
            "dt-subject", "$.sub");
    private static final String NOT_IN_NAMES = "\"(),/:;<=>?@[\\]{}%"; // RFC 9110, 5.6.2; and the escape itself

    private DeviceHeaders() {}

    /**
     * What a sender says of its message; headers of other meaning are passed over.
     *
     * @throws IllegalArgumentException when there are too many or one has no name
     */
    static PropertyBag read(Map<String, String> headers) {
        SequencedMap<String, String> bag = new LinkedHashMap<>();
        headers.forEach((name, value) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.startsWith(CUSTOM)) {
                put(bag, name.substring(CUSTOM.length()), value);
            } else if (SYSTEM.containsKey(lower)) {
                put(bag, SYSTEM.get(lower), value);
            }
        });
        if (bag.size() > PropertyBag.MOST_ENTRIES) {
            throw new IllegalArgumentException("a message has at most " + PropertyBag.MOST_ENTRIES + " properties");
        }
        return new PropertyBag(bag);
    }

    /** {@code reply} with all that a device is told of a command. */
    static Reply write(Reply reply, DeviceId device, LockedCommand command) {
        Reply written = reply.with("ETag", "\"" + command.token().text() + "\"")
                .with("iothub-messageid", value(command.messageId()))
                .with("iothub-to", "/devices/" + value(device.text()) + "/messages/devicebound")
                .with("iothub-ack", command.acknowledgement().wireName())
                .with("iothub-sequencenumber", Long.toString(command.sequence()))
                .with("iothub-enqueuedtime", UtcText.of(command.enqueued()))
                .with("iothub-expiry", UtcText.of(command.expires()))
                .with("iothub-deliverycount", Integer.toString(command.deliveries()));
        for (var property : command.properties().entries().entrySet()) {
            written = with(written, property.getKey(), property.getValue());
        }
        return written;
    }

    private static Reply with(Reply reply, String property, String text) {
        if (!property.startsWith("$.")) {
            return reply.with(CUSTOM + name(property), value(text));
        }
        return SYSTEM.entrySet().stream()
                .filter(known -> known.getValue().equals(property))
                .findFirst()
                .map(known -> reply.with(known.getKey(), value(text)))
                .orElse(reply);
    }

    private static void put(SequencedMap<String, String> bag, String name, String value) {
        if (name.isEmpty() || bag.put(name, value) != null) {
            throw new IllegalArgumentException("a property has no name or stands twice: \"" + Shown.of(name) + "\"");
        }
    }

    private static String name(String text) {
        return escaped(text, NOT_IN_NAMES + " ");
    }

    private static String value(String text) {
        return escaped(text, "");
    }

    private static String escaped(String text, String also) {
        var escaped = new StringBuilder();
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            if (octet >= ' ' && octet <= '~' && also.indexOf(octet) < 0) {
                escaped.append((char) octet);
            } else {
                escaped.append(String.format("%%%02X", octet & 0xFF));
            }
        }
        return escaped.toString();
    }
}
