// SPDX-License-Identifier: Apache-2.0
package io.postern.fuzz;

import io.postern.wire.mqtt.MalformedPacketException;
import io.postern.wire.mqtt.Packet;
import io.postern.wire.mqtt.PacketDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What the MQTT codec keeps whatever comes in. */
public final class FuzzedPackets {
    private static final int LIMIT = 4096;
    private static final int SHORT = 7; // octets of a chunk: cuts lengths and texts in two

    private FuzzedPackets() {}

    /** However the octets are cut, the packets are the same; a refusal ends them. */
    public static void readInAnyChunks(byte[] octets) {
        List<String> whole = read(octets, Math.max(1, octets.length));
        List<String> pieces = read(octets, SHORT);
        if (!whole.equals(pieces)) {
            throw new AssertionError("in one chunk: " + whole + ", in many: " + pieces);
        }
    }

    private static List<String> read(byte[] octets, int chunk) {
        var decoder = new PacketDecoder(LIMIT);
        List<String> packets = new ArrayList<>();
        try {
            for (int from = 0; from < octets.length; from += chunk) {
                decoder.feed(Arrays.copyOfRange(octets, from, Math.min(octets.length, from + chunk)));
                for (Optional<Packet.Inbound> next = decoder.next(); next.isPresent(); next = decoder.next()) {
                    packets.add(next.get().toString());
                }
                if (chunk == SHORT && decoder.waiting() > LIMIT + SHORT + 5) {
                    throw new AssertionError("it keeps " + decoder.waiting() + " octets");
                }
            }
        } catch (MalformedPacketException e) {
            packets.add("refused: " + e.getMessage());
        }
        return packets;
    }
}
