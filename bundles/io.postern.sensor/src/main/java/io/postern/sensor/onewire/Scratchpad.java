// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.onewire;

import io.postern.wire.Bytes;
import java.io.IOException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The nine octets a DS18B20 keeps its temperature in, and the two lines the kernel's {@code w1_slave} shows them as. Source:
 * Maxim DS18B20 data sheet 19-7487; Linux, Documentation/w1/slaves/w1_therm.rst.
 */
public record Scratchpad(Bytes octets) {
    private static final int LENGTH = 9;
    private static final int POLYNOMIAL = 0x8C; // x^8 + x^5 + x^4 + 1, low bit first
    private static final int POWER_ON = 0x0550; // 85 degrees: no conversion has happened
    private static final double LEAST = -55;
    private static final double MOST = 125;
    private static final int LONGEST = 256; // characters; the kernel writes 75
    private static final Pattern LINES = Pattern.compile(
            "((?:[0-9a-f]{2} ){9}): crc=([0-9a-f]{2}) (YES|NO)\\n(?:[0-9a-f]{2} ){9}t=(-?[0-9]{1,6})\\n?");

    public Scratchpad {
        if (octets.length() != LENGTH) {
            throw new IllegalArgumentException("a scratchpad has " + LENGTH + " octets, not " + octets.length());
        }
    }

    /** What a DS18B20 at 12 bits keeps for {@code celsius}, rounded to its sixteenths. */
    public static Scratchpad of(double celsius) {
        if (!(celsius >= LEAST && celsius <= MOST)) {
            throw new IllegalArgumentException("a DS18B20 shows " + LEAST + " to " + MOST + ", not " + celsius);
        }
        int raw = (int) Math.round(celsius * 16);
        byte[] octets = {(byte) raw, (byte) (raw >> 8), 0x4B, 0x46, 0x7F, (byte) 0xFF, 0x0C, 0x10, 0};
        octets[LENGTH - 1] = (byte) crc(octets);
        return new Scratchpad(Bytes.of(octets));
    }

    /**
     * Reads the kernel's two lines.
     *
     * @throws IOException when they are something else, or the kernel or the octets themselves say they are wrong
     */
    public static Scratchpad parse(String lines) throws IOException {
        Matcher parts = lines.length() > LONGEST ? LINES.matcher("") : LINES.matcher(lines);
        if (!parts.matches()) {
            throw new IOException("the kernel shows no nine octets; is it a thermometer of this family?");
        }
        var scratchpad = new Scratchpad(Bytes.hex(parts.group(1).replace(" ", "")));
        byte[] octets = scratchpad.octets.toArray();
        if (parts.group(3).equals("NO") || crc(octets) != (octets[LENGTH - 1] & 0xFF)) {
            throw new IOException(
                    "check sum wrong; a long or branched cable, a weak pull-up or parasite power does that");
        }
        return scratchpad;
    }

    /** As the kernel writes it. */
    public String text() {
        StringBuilder hex = new StringBuilder();
        for (byte octet : octets.toArray()) {
            hex.append(String.format(Locale.ROOT, "%02x ", octet));
        }
        int crc = crc(octets.toArray());
        boolean right = crc == (octets.toArray()[LENGTH - 1] & 0xFF);
        return String.format(
                Locale.ROOT,
                "%s: crc=%02x %s\n%st=%d\n",
                hex,
                crc,
                right ? "YES" : "NO",
                hex,
                Math.round(raw() / 16.0 * 1000));
    }

    /**
     * The temperature.
     *
     * @throws IOException when this is what a sensor shows that has not measured: 85 degrees after power came, or nothing
     *     but zeros from a line that is held low
     */
    public double celsius() throws IOException {
        if (octets.equals(Bytes.of(new byte[LENGTH]))) {
            throw new IOException("nothing but zeros: the line is held low; look for a short circuit");
        }
        if (raw() == POWER_ON) {
            throw new IOException("85 degrees, what a sensor shows that lost power before it measured; a weak supply");
        }
        return within(raw() / 16.0);
    }

    /**
     * The temperature in the kernel's thousandths of a degree, as its file {@code temperature} shows it.
     *
     * @throws IOException when it is none, or what a sensor shows that has not measured
     */
    public static double celsius(String thousandths) throws IOException {
        String text = thousandths.strip();
        if (!text.matches("-?[0-9]{1,6}")) {
            throw new IOException("the kernel gave no temperature: its read failed; look at the cable and the pull-up");
        }
        if (text.equals("85000")) {
            throw new IOException("85 degrees, what a sensor shows that lost power before it measured; a weak supply");
        }
        return within(Integer.parseInt(text) / 1000.0);
    }

    private static double within(double celsius) throws IOException {
        if (celsius < LEAST || celsius > MOST) {
            throw new IOException(celsius + " degrees is not what a DS18B20 can show");
        }
        return celsius;
    }

    private int raw() {
        byte[] bytes = octets.toArray();
        return (short) ((bytes[0] & 0xFF) | bytes[1] << 8);
    }

    private static int crc(byte[] octets) {
        int crc = 0;
        for (int i = 0; i < LENGTH - 1; i++) {
            crc ^= octets[i] & 0xFF;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? crc >> 1 ^ POLYNOMIAL : crc >> 1;
            }
        }
        return crc;
    }
}
