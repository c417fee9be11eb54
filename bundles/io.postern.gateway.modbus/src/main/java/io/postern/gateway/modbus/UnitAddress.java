// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.sensor.modbus.Framing;
import io.postern.wire.Shown;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Where a unit is on its line, written {@code unit:7} or {@code unit:7,framing:tcp,echo:true}.
 *
 * @param echo whether the line says back what is sent, as adapters do that do not gate their receiver
 */
record UnitAddress(int unit, Framing framing, boolean echo) {
    private static final Set<String> KEYS = Set.of("unit", "framing", "echo");
    private static final int ITSELF = 255; // spec: Modbus messaging on TCP/IP 1.0b, 4.4.2.1: the device at the socket

    UnitAddress {
        if (unit == 0) {
            throw new IllegalArgumentException("address: unit 0 is everybody, and nobody answers; units are 1 to 247");
        }
        // spec: Modbus over serial line 1.02, 2.2: 248 to 255 are reserved
        if (unit < 1 || unit > 247 && !(framing == Framing.TCP && unit == ITSELF)) {
            throw new IllegalArgumentException("address: units are 1 to 247, and 255 with framing:tcp, not " + unit);
        }
    }

    /** @throws IllegalArgumentException beginning with {@code address: } */
    static UnitAddress parse(String text) {
        Map<String, String> parts = new HashMap<>();
        for (String part : text.split(",", KEYS.size() + 1)) {
            int colon = part.indexOf(':');
            String key = colon < 0 ? part.strip() : part.substring(0, colon).strip();
            if (colon < 0
                    || !KEYS.contains(key)
                    || parts.put(key, part.substring(colon + 1).strip()) != null) {
                throw new IllegalArgumentException("address: the form is unit:7, with framing:rtu, framing:ascii or"
                        + " framing:tcp and echo:true behind commas if needed, not \"" + Shown.of(text) + "\"");
            }
        }
        String framing = parts.getOrDefault("framing", "rtu");
        return new UnitAddress(
                unit(parts.getOrDefault("unit", "")),
                Framing.named(framing)
                        .orElseThrow(() -> new IllegalArgumentException(
                                "address: framing is rtu, ascii or tcp, not \"" + Shown.of(framing) + "\"")),
                flag(parts.getOrDefault("echo", "false")));
    }

    private static int unit(String text) {
        if (!text.matches("[0-9]{1,3}")) {
            throw new IllegalArgumentException("address: unit is a number, not \"" + Shown.of(text) + "\"");
        }
        return Integer.parseInt(text);
    }

    private static boolean flag(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw new IllegalArgumentException("address: echo is true or false, not \"" + Shown.of(text) + "\"");
        };
    }
}
