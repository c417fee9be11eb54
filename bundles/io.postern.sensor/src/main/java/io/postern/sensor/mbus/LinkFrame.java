// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.mbus;

import io.postern.wire.Bytes;

/** A frame of the link layer. spec: EN 13757-2, 5.6: format class FT 1.2 of IEC 60870-5-1. */
public sealed interface LinkFrame {
    /** The address of whichever meter is selected. */
    int SELECTED = 253;
    /** The address every meter answers to. */
    int ANY = 254;

    /** Resets the link: what was selected is no longer, the next request is a new one. */
    int SND_NKE = 0x40;
    /** Asks for data; frame count bit 0x20 says whether it is a new request. */
    int REQ_UD2 = 0x5B;
    /** Sends data to a meter. */
    int SND_UD = 0x53;
    /** A meter's data. */
    int RSP_UD = 0x08;

    int FRAME_COUNT_BIT = 0x20;

    /** Control and application octets, address: what a long frame has besides its data. */
    int LONG_HEAD = 3;

    /** The most data a long frame holds. */
    int MOST_DATA = 255 - LONG_HEAD;

    /** A meter has understood; one octet. */
    record Ack() implements LinkFrame {}

    /** A question without data. */
    record Short(int control, int address) implements LinkFrame {}

    /** Data, or with none a control frame. @param information says what the data are */
    record Long(int control, int address, int information, Bytes data) implements LinkFrame {
        public Long {
            if (data.length() > MOST_DATA) {
                throw new IllegalArgumentException("a frame has at most " + MOST_DATA + " octets of data");
            }
        }
    }

    /** The octets on the wire. */
    default Bytes encode() {
        return switch (this) {
            case Ack() -> Bytes.of((byte) 0xE5);
            case Short(int control, int address) ->
                Bytes.of((byte) 0x10, (byte) control, (byte) address, (byte) (control + address), (byte) 0x16);
            case Long(int control, int address, int information, Bytes data) -> {
                byte count = (byte) (LONG_HEAD + data.length());
                int sum = control + address + information;
                for (int i = 0; i < data.length(); i++) {
                    sum += data.at(i);
                }
                yield Bytes.concat(
                        Bytes.of((byte) 0x68, count, count, (byte) 0x68),
                        Bytes.of((byte) control, (byte) address, (byte) information),
                        data,
                        Bytes.of((byte) sum, (byte) 0x16));
            }
        };
    }
}
