// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import io.postern.wire.Bytes;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/** Requests between a colon and the end of a line. */
final class AsciiRequestParser implements RequestParser {
    private static final int LONGEST = 513; // spec: Modbus over serial line 1.02, 2.5.2.1
    private static final Pattern WHOLE = Pattern.compile(":(?:[0-9A-F]{2}){3,}\r\n");

    private final StringBuilder line = new StringBuilder();

    @Override
    public List<Heard> accept(byte octet) {
        if (octet == ':') {
            line.setLength(0);
        }
        if (line.length() < LONGEST) {
            line.append((char) (octet & 0xFF));
        }
        if (octet != '\n') {
            return List.of();
        }
        String text = line.toString();
        line.setLength(0);
        if (!WHOLE.matcher(text).matches()) {
            return List.of();
        }
        Bytes whole = Bytes.of(HexFormat.of().parseHex(text, 1, text.length() - 2));
        Bytes body = whole.slice(0, whole.length() - 1);
        return (byte) whole.at(body.length()) == Framing.lrc(body)
                ? List.of(new Heard(body.at(0), 0, body.slice(1, body.length())))
                : List.of();
    }

    @Override
    public List<Heard> silence() {
        return List.of(); // spec: up to a second between characters
    }
}
