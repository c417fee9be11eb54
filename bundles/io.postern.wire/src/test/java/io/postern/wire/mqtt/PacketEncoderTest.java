// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.wire.Bytes;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PacketEncoderTest {
    record Sample(Packet.Outbound packet, String hex) {}

    static Stream<Sample> samples() {
        return Stream.of(
                new Sample(new Packet.ConnAck(Packet.ConnectReturn.ACCEPTED), "20020000"),
                new Sample(new Packet.ConnAck(Packet.ConnectReturn.UNACCEPTABLE_PROTOCOL), "20020001"),
                new Sample(new Packet.ConnAck(Packet.ConnectReturn.IDENTIFIER_REJECTED), "20020002"),
                new Sample(new Packet.ConnAck(Packet.ConnectReturn.BAD_USER_NAME_OR_PASSWORD), "20020004"),
                new Sample(new Packet.ConnAck(Packet.ConnectReturn.NOT_AUTHORIZED), "20020005"),
                new Sample(new Packet.PubAck(0xABCD), "4002abcd"),
                new Sample(new Packet.SubAck(10, List.of(0, 1, 0x80)), "9005000a000180"),
                new Sample(new Packet.UnsubAck(11), "b002000b"),
                new Sample(new Packet.PingResp(), "d000"),
                new Sample(Packet.Publish.unacknowledged("a/b", Bytes.hex("ff")), "30060003612f62ff"),
                new Sample(new Packet.Publish("a", Bytes.EMPTY, 1, 7, true), "33050001610007"));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void writesEachPacket(Sample sample) {
        assertThat(Bytes.of(PacketEncoder.encode(sample.packet()))).isEqualTo(Bytes.hex(sample.hex()));
    }

    @Test
    void lengthsGrowSevenBitsAtATime() {
        for (int payload : new int[] {124, 125, 16_380, 16_381}) { // total 127, 128, 16383, 16384
            byte[] encoded = PacketEncoder.encode(Packet.Publish.unacknowledged("a", Bytes.of(new byte[payload])));
            int field = encoded.length - payload - 3 - 1;
            assertThat(field)
                    .as("octets of the length of " + (payload + 3))
                    .isEqualTo(payload + 3 < 128 ? 1 : payload + 3 < 16_384 ? 2 : 3);
        }
    }
}
