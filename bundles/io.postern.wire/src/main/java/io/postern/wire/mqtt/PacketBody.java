// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.mqtt;

import io.postern.wire.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads the fields of one packet's body; asking for more than is there means the packet is malformed. */
final class PacketBody {
    private final ByteBuffer octets;

    PacketBody(byte[] octets) {
        this.octets = ByteBuffer.wrap(octets);
    }

    boolean isEmpty() {
        return !octets.hasRemaining();
    }

    int octet() throws MalformedPacketException {
        need(1);
        return octets.get() & 0xFF;
    }

    int number() throws MalformedPacketException {
        need(2);
        return octets.getShort() & 0xFFFF;
    }

    /** spec: MQTT 3.1.1, 2.3.1: a packet identifier is never 0 */
    int identifier() throws MalformedPacketException {
        int id = number();
        if (id == 0) {
            throw new MalformedPacketException("a packet identifier is 0");
        }
        return id;
    }

    /** Two octets of length, then that many. */
    byte[] binary() throws MalformedPacketException {
        return take(number());
    }

    /** spec: MQTT 3.1.1, 1.5.3: well-formed UTF-8 without U+0000 */
    String text() throws MalformedPacketException {
        byte[] encoded = binary();
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(encoded))
                    .toString();
            if (text.indexOf(0) < 0) {
                return text;
            }
        } catch (CharacterCodingException e) {
            // told below, together with U+0000
        }
        throw new MalformedPacketException("a text is not well-formed UTF-8 or holds U+0000");
    }

    Bytes rest() throws MalformedPacketException {
        return Bytes.of(take(octets.remaining()));
    }

    void end() throws MalformedPacketException {
        if (octets.hasRemaining()) {
            throw new MalformedPacketException(octets.remaining() + " octets too many in a packet");
        }
    }

    private byte[] take(int length) throws MalformedPacketException {
        need(length);
        byte[] taken = new byte[length];
        octets.get(taken);
        return taken;
    }

    private void need(int length) throws MalformedPacketException {
        if (octets.remaining() < length) {
            throw new MalformedPacketException("a packet ends " + (length - octets.remaining()) + " octets too early");
        }
    }
}
