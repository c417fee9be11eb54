// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.wire.Bytes;
import org.junit.jupiter.api.Test;

class Crc16Test {
    @Test
    void theStandardsCheckValueIsReached() {
        byte[] digits = Bytes.utf8("123456789").toArray();

        assertThat(Crc16.of(digits, 0, digits.length)).isEqualTo(0x4B37); // CRC-16/MODBUS
    }

    @Test
    void aFrameIsClosedByItsCheckSumWithTheLowOctetFirst() {
        byte[] frame = Bytes.hex("01030000000ac5cd").toArray();

        assertThat(Crc16.closes(frame, 0, frame.length)).isTrue();
        frame[7] ^= 1;
        assertThat(Crc16.closes(frame, 0, frame.length)).isFalse();
    }
}
