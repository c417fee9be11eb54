// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.i2c;

import io.postern.sensor.Node;
import io.postern.sensor.TemplateException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A whole number in the answer of a block: octets, of which {@code mask} are meant, moved down by {@code shift}.
 *
 * @param at where it begins, counted from 0, check octets not counted
 */
public record Value(String block, int at, int octets, boolean signed, boolean little, long mask, int shift) {
    /** The members of an object that {@link #of} reads; others are its owner's. */
    static final Set<String> MEMBERS = Set.of("at", "order", "mask", "shift");

    private static final Pattern FORM = Pattern.compile("([A-Za-z0-9-]{1,32}):([0-9]{1,2}):([ui])(8|16|24|32)");

    /** Reads {@code "measure:0:u16"}, or an object with that as {@code at}. */
    static Value of(Node node, Map<String, Block> blocks) throws TemplateException {
        if (!(node instanceof Node.Members members)) {
            return of(node, node.asText("at"), blocks, false, -1, 0);
        }
        Optional<Node> order = members.optional("order");
        Optional<Node> mask = members.optional("mask");
        boolean little = order.isPresent() && order.get().asText("order").equals("little");
        if (order.isPresent() && !little && !order.get().asText("order").equals("big")) {
            throw order.get().place().refuse("\"order\" is big or little");
        }
        return of(
                members.need("at"),
                members.text("at"),
                blocks,
                little,
                mask.isPresent() ? octets(mask.get(), "mask", 0xFFFF_FFFFL) : -1,
                members.optional("shift").isPresent() ? members.whole("shift", 0, 31) : 0);
    }

    private static Value of(Node node, String text, Map<String, Block> blocks, boolean little, long mask, int shift)
            throws TemplateException {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw node.place()
                    .refuse(
                            "\"at\" is block:octet:type as in measure:0:u16; types are u8, i8, u16, i16, u24, i24, u32, i32");
        }
        Block block = blocks.get(parts.group(1));
        if (block == null) {
            throw node.place()
                    .refuse("there is no block \"" + parts.group(1) + "\"; there are "
                            + String.join(", ", blocks.keySet()));
        }
        int at = Integer.parseInt(parts.group(2));
        int octets = Integer.parseInt(parts.group(4)) / 8;
        if (at + octets > block.length()) {
            throw node.place()
                    .refuse("octets " + at + " to " + (at + octets - 1) + " lie beyond the " + block.length()
                            + " that block \"" + parts.group(1) + "\" answers");
        }
        if (shift >= octets * 8) {
            throw node.place().refuse("\"shift\" leaves nothing of " + octets * 8 + " bits");
        }
        return new Value(parts.group(1), at, octets, parts.group(3).equals("i"), little, mask, shift);
    }

    /** A number, or a text such as {@code "0xFFF0"}. */
    static long octets(Node node, String name, long most) throws TemplateException {
        try {
            long value = node instanceof Node.Text(Node.Place _, String text)
                    ? Long.decode(text.toLowerCase(Locale.ROOT))
                    : node.asNumber(name).longValueExact();
            if (value >= 0 && value <= most) {
                return value;
            }
        } catch (ArithmeticException | NumberFormatException e) {
            throw node.place().refuse("\"" + name + "\" is a whole number, or a text such as \"0x31\"");
        }
        throw node.place().refuse("\"" + name + "\" is 0 to 0x" + Long.toHexString(most));
    }

    /** The number in the answer of its block. */
    public long in(byte[] data) {
        long raw = 0;
        for (int i = 0; i < octets; i++) {
            raw = raw << 8 | data[little ? at + octets - 1 - i : at + i] & 0xFF;
        }
        raw &= mask;
        int unused = Long.SIZE - octets * 8;
        return (signed ? raw << unused >> unused : raw) >> shift;
    }

    /**
     * Puts a number where {@link #in} finds it; what the mask leaves out stays.
     *
     * @throws IllegalArgumentException when it does not fit
     */
    public void put(byte[] data, long number) {
        long raw = number << shift & mask & (1L << octets * 8) - 1;
        for (int i = 0; i < octets; i++) {
            int index = little ? at + i : at + octets - 1 - i;
            long keep = ~(mask >> 8 * i) & 0xFF;
            data[index] = (byte) (data[index] & keep | raw >> 8 * i & 0xFF);
        }
        if (in(data) != number) {
            throw new IllegalArgumentException(number + " does not fit " + octets * 8 + " bits of the chip");
        }
    }
}
