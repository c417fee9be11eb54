// SPDX-License-Identifier: Apache-2.0
package org.example.sdi12;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What stands in answers. Pure, so that it can be tested by octets alone. */
final class Sdi12Answer {
    private static final int CRC = 3;
    // spec: SDI-12 1.4, 4.4.5: polarity, up to seven digits, with or without a decimal point
    private static final Pattern VALUE =
            Pattern.compile("[+-](?:[0-9]{1,7}(?![0-9.])|(?=[0-9.]{2,8}(?![0-9.]))[0-9]*\\.[0-9]*)");

    private Sdi12Answer() {}

    /**
     * The values of an answer.
     *
     * @param line without its line end
     * @return empty when it is of another address, its check sum is wrong, or something stands there that is no value
     */
    static Optional<List<Double>> values(String address, String line) {
        if (line.length() < address.length() + CRC || !line.startsWith(address)) {
            return Optional.empty();
        }
        String checked = line.substring(0, line.length() - CRC);
        if (!line.endsWith(crc(checked))) {
            return Optional.empty();
        }
        Matcher value = VALUE.matcher(checked).region(address.length(), checked.length());
        List<Double> values = new ArrayList<>();
        while (value.lookingAt()) {
            values.add(Double.valueOf(value.group()));
            value.region(value.end(), checked.length());
        }
        return value.regionStart() == checked.length() ? Optional.of(values) : Optional.empty();
    }

    /** spec: SDI-12 1.4, 4.4.12: sixteen bits as three characters. */
    static String crc(String text) {
        int crc = 0;
        for (int i = 0; i < text.length(); i++) {
            crc ^= text.charAt(i);
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) == 1 ? crc >> 1 ^ 0xA001 : crc >> 1;
            }
        }
        return "" + (char) (0x40 | crc >> 12) + (char) (0x40 | crc >> 6 & 0x3F) + (char) (0x40 | crc & 0x3F);
    }
}
