// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.sensor.modbus.Crc16;
import io.postern.wire.Bytes;

/** Frames for tests. */
final class Octets {
    private Octets() {}

    /** {@code hex} with its check sum, the low octet first. */
    static Bytes closed(String hex) {
        Bytes body = Bytes.hex(hex);
        int crc = Crc16.of(body.toArray(), 0, body.length());
        return Bytes.concat(body, Bytes.of((byte) crc, (byte) (crc >> 8)));
    }
}
