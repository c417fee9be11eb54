// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.mbus;

import io.postern.wire.Bytes;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who a meter is; its secondary address. spec: EN 13757-3, 5.5 to 5.8. As text {@code 06855817-KAM-08-04}.
 *
 * @param octets eight: identification, manufacturer, version and medium as they stand on the wire; in a selection, F digits
 *     and FF octets match everything
 */
public record MeterId(Bytes octets) {
    static final int LENGTH = 8;

    private static final Pattern TEXT =
            Pattern.compile("([0-9F]{8})(?:-([A-Z]{3}|\\*)-([0-9A-F]{2}|\\*)-([0-9A-F]{2}|\\*))?");

    public MeterId {
        if (octets.length() != LENGTH) {
            throw new IllegalArgumentException("a meter's address has " + LENGTH + " octets");
        }
    }

    /**
     * @param text eight digits, F for any; then, if wanted, manufacturer, version and medium, each * for any
     * @throws IllegalArgumentException naming the form
     */
    public static MeterId parse(String text) {
        Matcher form = TEXT.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException(
                    "a meter is eight digits such as 06855817, or all of 06855817-KAM-08-04");
        }
        var octets = new byte[LENGTH];
        for (int i = 0; i < 4; i++) {
            octets[i] = (byte) Integer.parseInt(form.group(1).substring(6 - 2 * i, 8 - 2 * i), 16);
        }
        int maker = isAny(form.group(2)) ? 0xFFFF : number(form.group(2));
        octets[4] = (byte) maker;
        octets[5] = (byte) (maker >> 8);
        octets[6] = isAny(form.group(3)) ? (byte) 0xFF : (byte) Integer.parseInt(form.group(3), 16);
        octets[7] = isAny(form.group(4)) ? (byte) 0xFF : (byte) Integer.parseInt(form.group(4), 16);
        return new MeterId(Bytes.of(octets));
    }

    private static boolean isAny(@org.jspecify.annotations.Nullable String part) {
        return part == null || part.equals("*");
    }

    /** spec: EN 13757-3, 5.6: three letters of five bits each. */
    private static int number(String maker) {
        return (maker.charAt(0) - 64) * 1024 + (maker.charAt(1) - 64) * 32 + maker.charAt(2) - 64;
    }

    /** The identification number as it is printed on the meter. */
    public String serial() {
        return "%02x%02x%02x%02x"
                .formatted(octets.at(3), octets.at(2), octets.at(1), octets.at(0))
                .toUpperCase(Locale.ROOT);
    }

    /** Three letters. */
    public String maker() {
        int number = octets.at(4) | octets.at(5) << 8;
        return "" + (char) (64 + (number >> 10 & 31)) + (char) (64 + (number >> 5 & 31)) + (char) (64 + (number & 31));
    }

    public int version() {
        return octets.at(6);
    }

    public int medium() {
        return octets.at(7);
    }

    /** What the meter measures. spec: EN 13757-3, 5.8, table 3. */
    public String mediumName() {
        return switch (medium()) {
            case 0x00 -> "other";
            case 0x01 -> "oil";
            case 0x02 -> "electricity";
            case 0x03 -> "gas";
            case 0x04, 0x0C -> "heat";
            case 0x05 -> "steam";
            case 0x06 -> "warm water";
            case 0x07 -> "water";
            case 0x08 -> "heat cost allocator";
            case 0x09 -> "compressed air";
            case 0x0A, 0x0B -> "cooling";
            case 0x0D -> "heat and cooling";
            case 0x15 -> "hot water";
            case 0x16 -> "cold water";
            default -> "medium %02x".formatted(medium());
        };
    }

    /** Whether this selection is of that meter. */
    public boolean selects(MeterId meter) {
        for (int i = 0; i < 4; i++) {
            boolean high = octets.at(i) >> 4 == 0xF || octets.at(i) >> 4 == meter.octets.at(i) >> 4;
            boolean low = (octets.at(i) & 0xF) == 0xF || (octets.at(i) & 0xF) == (meter.octets.at(i) & 0xF);
            if (!high || !low) {
                return false;
            }
        }
        boolean anyMaker = octets.at(4) == 0xFF && octets.at(5) == 0xFF;
        return (anyMaker || (octets.at(4) == meter.octets.at(4) && octets.at(5) == meter.octets.at(5)))
                && (version() == 0xFF || version() == meter.version())
                && (medium() == 0xFF || medium() == meter.medium());
    }

    @Override
    public String toString() {
        return "%s-%s-%02X-%02X".formatted(serial(), maker(), version(), medium());
    }
}
