// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.sensor.modbus.Space;
import io.postern.wire.Bytes;

/**
 * Asks a unit for {@code count} neighbouring bits or registers.
 *
 * @param address of the first, counted from 0 as on the wire (a manual's 40001 is holding 0)
 */
record ReadRequest(Space space, int address, int count) {
    private static final int ADDRESSES = 0x1_0000;

    ReadRequest {
        if (count < 1 || count > space.mostAtOnce()) {
            throw new IllegalArgumentException(
                    "a request reads 1 to " + space.mostAtOnce() + " of " + space + ", not " + count);
        }
        if (address < 0 || address + count > ADDRESSES) {
            throw new IllegalArgumentException(
                    "addresses are 0 to 65535, not " + address + " to " + (address + count - 1));
        }
    }

    /** Function, address and count, 16 bits each but the first. */
    Bytes encode() {
        return Bytes.of(
                (byte) space.function(), (byte) (address >> 8), (byte) address, (byte) (count >> 8), (byte) count);
    }

    /** The number of data octets the answer must have. */
    int answerOctets() {
        return space.isBits() ? (count + 7) / 8 : 2 * count;
    }

    boolean covers(Space other, int first, int width) {
        return space == other && first >= address && first + width <= address + count;
    }

    /** The smallest request whose answer cannot be taken for this one's. */
    ReadRequest withAnotherLength() {
        var one = new ReadRequest(space, address, 1);
        if (one.answerOctets() != answerOctets()) {
            return one;
        }
        int more = space.isBits() ? 9 : 2;
        return new ReadRequest(space, Math.min(address, ADDRESSES - more), more);
    }

    @Override
    public String toString() {
        return count + " of " + space + " from " + address;
    }
}
