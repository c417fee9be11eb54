// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.hub;

import io.postern.wire.DeviceId;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** The address of one of a device's links: {@code /devices/{device}/...}, also behind {@code amqps://{hub}}. */
record HubAddress(DeviceId device, Endpoint endpoint) {
    /** What a device does there. */
    enum Endpoint {
        TELEMETRY("messages/events"),
        COMMANDS("messages/devicebound"),
        TWIN("twin"),
        METHODS("methods/devicebound");

        private final String path;

        Endpoint(String path) {
            this.path = path;
        }
    }

    /** Whether an address lies below {@code /devices}, the only place of devices. */
    static boolean isMeant(String address) {
        return path(address).toLowerCase(Locale.ROOT).startsWith("devices/");
    }

    /**
     * Reads an address that {@link #isMeant}; empty when nothing is served there.
     *
     * @throws IllegalArgumentException when the device cannot be one
     */
    static Optional<HubAddress> parse(String address) {
        String[] parts = path(address).split("/", 3);
        String end = parts.length < 3 ? "" : parts[2].toLowerCase(Locale.ROOT);
        for (Endpoint endpoint : Endpoint.values()) {
            if (end.equals(endpoint.path) || end.equals(endpoint.path + "/")) {
                return Optional.of(new HubAddress(device(parts[1]), endpoint));
            }
        }
        return Optional.empty();
    }

    /** A percent sign may be part of a name; clients that encode names encode it too. */
    private static DeviceId device(String text) {
        return DeviceId.of(
                text.matches(".*%[0-9A-Fa-f]{2}.*")
                        ? URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8)
                        : text);
    }

    private static String path(String address) {
        String path = address.replaceFirst("(?i)^amqps?://[^/]*", "");
        return path.startsWith("/") ? path.substring(1) : path;
    }

    @Override
    public String toString() {
        return "/devices/" + device + "/" + endpoint.path;
    }
}
