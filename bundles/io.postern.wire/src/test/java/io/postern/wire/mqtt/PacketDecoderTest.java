// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.wire.Bytes;
import io.postern.wire.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PacketDecoderTest {
    // length 27; "MQTT" level 4; flags: user name, password, will retained at QoS 1; keep alive 60;
    // client "a"; will topic "w", payload 01 02; user "u"; password "pw"
    private static final String CONNECT =
            "101b 00044d515454 04 ec 003c 000161 000177 00020102 000175 00027077".replace(" ", "");

    record Sample(String hex, Packet.Inbound packet) {}

    static Stream<Sample> samples() {
        return Stream.of(
                new Sample(
                        CONNECT,
                        new Packet.Connect(
                                "a",
                                60,
                                Optional.of(new Packet.Publish("w", Bytes.hex("0102"), 1, 0, true)),
                                Optional.of("u"),
                                Optional.of(Secret.utf8("pw")))),
                new Sample(
                        "100c00044d515454040200000000",
                        new Packet.Connect("", 0, Optional.empty(), Optional.empty(), Optional.empty())),
                // MQTT 5: level 5, and what follows is another grammar
                new Sample("100d00044d5154540502003c000000", new Packet.ForeignConnect("MQTT", 5)),
                new Sample("100e00064d514973647003020000" + "0000", new Packet.ForeignConnect("MQIsdp", 3)),
                new Sample("30050003612f62", new Packet.Publish("a/b", Bytes.EMPTY, 0, 0, false)),
                // duplicate, QoS 1, retain; id 7
                new Sample("3b080003612f620007ff", new Packet.Publish("a/b", Bytes.hex("ff"), 1, 7, true)),
                new Sample("40020001", new Packet.PubAck(1)),
                new Sample(
                        "820a 000a 000161 01 000162 02".replace(" ", ""),
                        new Packet.Subscribe(
                                10, List.of(new Packet.Subscription("a", 1), new Packet.Subscription("b", 2)))),
                new Sample("a205000b000161", new Packet.Unsubscribe(11, List.of("a"))),
                new Sample("c000", new Packet.PingReq()),
                new Sample("e000", new Packet.Disconnect()));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void readsEachPacketInEveryChunking(Sample sample) throws MalformedPacketException {
        byte[] whole = Bytes.hex(sample.hex()).toArray();
        for (int chunk = 1; chunk <= whole.length; chunk++) {
            assertThat(decode(whole, chunk)).as("chunks of " + chunk).containsExactly(sample.packet());
        }
    }

    @Test
    void readsPacketsThatComeTogether() throws MalformedPacketException {
        String all = samples().map(Sample::hex).reduce("", String::concat);

        assertThat(decode(Bytes.hex(all).toArray(), 5))
                .containsExactlyElementsOf(samples().map(Sample::packet).toList());
    }

    @ParameterizedTest
    @MethodSource("samples")
    void aBodyCutShortIsMalformed(Sample sample) {
        byte[] whole = Bytes.hex(sample.hex()).toArray();
        if (sample.packet() instanceof Packet.ForeignConnect
                || sample.packet() instanceof Packet.Publish
                || sample.packet() instanceof Packet.Subscribe) {
            return; // their tail is free, or may be shorter
        }
        for (int length = 0; length < whole.length - 2; length++) {
            byte[] cut = Bytes.of(whole).slice(0, length + 2).toArray();
            cut[1] = (byte) length;
            assertThatThrownBy(() -> decode(cut, cut.length))
                    .as("length " + length)
                    .isInstanceOf(MalformedPacketException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "00 00, type 0",
        "50020001, type 5",
        "62020001, type 6",
        "70020001, type 7",
        "f000, type 15",
        "c001 00, too many",
        "c100, reserved header flags",
        "8006 0001 000161 00, reserved header flags",
        "40020000, identifier is 0",
        "36 05 0001610001, quality of service of 3",
        "3003 000123, wildcard",
        "3002 0000, wildcard",
        "3003 000100, U+0000",
        "3003 0001ff, UTF-8",
        "30 ffffffff 01, four octets",
        "100c 00044d515454 04 03 0000 0000, connect flags",
        "100c 00044d515454 04 0a 0000 0000, connect flags",
        "100c 00044d515454 04 42 0000 0000, connect flags",
        "8202 0001, too early",
        "8206 0001 000161 03, quality of service of 3"
    })
    void whatIsNotMqttIsNamed(String hex, String reason) {
        byte[] octets = Bytes.hex(hex.replace(" ", "")).toArray();

        assertThatThrownBy(() -> decode(octets, octets.length))
                .isInstanceOf(MalformedPacketException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void aPacketAboveTheLimitIsRefusedAtItsLength() {
        var decoder = new PacketDecoder(127);
        decoder.feed(Bytes.hex("308001").toArray());

        assertThatThrownBy(decoder::next).hasMessageContaining("a packet of 128 octets, at most 127");
    }

    private static List<Packet.Inbound> decode(byte[] octets, int chunk) throws MalformedPacketException {
        var decoder = new PacketDecoder(1000);
        List<Packet.Inbound> packets = new ArrayList<>();
        for (int at = 0; at < octets.length; at += chunk) {
            decoder.feed(Bytes.of(octets)
                    .slice(at, Math.min(at + chunk, octets.length))
                    .toArray());
            for (var packet = decoder.next(); packet.isPresent(); packet = decoder.next()) {
                packets.add(packet.get());
            }
        }
        return packets;
    }
}
