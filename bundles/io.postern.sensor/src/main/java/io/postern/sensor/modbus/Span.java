// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

/**
 * Neighbouring bits or registers of one space.
 *
 * @param address of the first, counted from 0 as on the wire (a manual's 40001 is holding 0)
 * @param count at least 1
 */
public record Span(Space space, int address, int count) {
    private static final int ADDRESSES = 0x1_0000;

    public Span {
        if (count < 1) {
            throw new IllegalArgumentException("a span has at least one of " + space + ", not " + count);
        }
        if (address < 0 || address > ADDRESSES - count) {
            throw new IllegalArgumentException(
                    "addresses are 0 to 65535, not " + address + " to " + ((long) address + count - 1));
        }
    }

    /** The address behind the last. */
    public int end() {
        return address + count;
    }

    /** How many octets its content has: eight bits to one, two to a register. */
    public int octets() {
        return space.isBits() ? (count + 7) / 8 : 2 * count;
    }

    public boolean covers(Span other) {
        return space == other.space && address <= other.address && end() >= other.end();
    }

    public boolean overlaps(Span other) {
        return space == other.space && address < other.end() && other.address < end();
    }

    /** From here to the end of {@code last}, which lies in the same space and not before this. */
    public Span through(Span last) {
        return new Span(space, address, Math.max(end(), last.end()) - address);
    }

    @Override
    public String toString() {
        return count + " of " + space + " from " + address;
    }
}
