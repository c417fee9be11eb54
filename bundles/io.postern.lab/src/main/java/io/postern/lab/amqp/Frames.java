// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.amqp;

import io.postern.wire.Bytes;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.stream.Stream;

/** AMQP octets put together by hand, so that a test can say what no library would. spec: AMQP 1.0 Part 1, 1.6 */
public final class Frames {
    public static final Bytes SASL = Bytes.hex("414d515003010000"); // AMQP 3 1 0 0
    public static final Bytes BARE = Bytes.hex("414d515000010000"); // AMQP 0 1 0 0
    public static final Bytes NULL = Bytes.hex("40");
    public static final Bytes TRUE = Bytes.hex("41");
    public static final Bytes FALSE = Bytes.hex("42");

    private Frames() {}

    public static Bytes sasl(Bytes body) {
        return frame(1, 0, body);
    }

    public static Bytes amqp(Bytes body) {
        return frame(0, 0, body);
    }

    /** Size, data offset 2, type, channel, body. spec: Part 2, 2.3.1 */
    public static Bytes frame(int type, int channel, Bytes body) {
        ByteBuffer head = ByteBuffer.allocate(8);
        head.putInt(body.length() + 8).put((byte) 2).put((byte) type).putShort((short) channel);
        return Bytes.concat(Bytes.of(head.array()), body);
    }

    /** A described list: a performative or a terminus. */
    public static Bytes list(int descriptor, Bytes... fields) {
        Bytes all = Bytes.concat(fields);
        return Bytes.concat(
                Bytes.of((byte) 0, (byte) 0x53, (byte) descriptor, (byte) 0xD0),
                word(all.length() + 4),
                word(fields.length),
                all);
    }

    public static Bytes map(Map<String, Bytes> entries, boolean symbols) {
        Bytes all = Bytes.concat(entries.entrySet().stream()
                .flatMap(entry -> Stream.of(symbols ? symbol(entry.getKey()) : text(entry.getKey()), entry.getValue()))
                .toArray(Bytes[]::new));
        return Bytes.concat(Bytes.hex("d1"), word(all.length() + 4), word(entries.size() * 2), all);
    }

    public static Bytes text(String text) {
        return sized("b1", Bytes.utf8(text));
    }

    public static Bytes symbol(String text) {
        return sized("b3", Bytes.utf8(text));
    }

    public static Bytes binary(Bytes octets) {
        return sized("b0", octets);
    }

    public static Bytes uint(int number) {
        return Bytes.concat(Bytes.hex("70"), word(number));
    }

    public static Bytes saslInit(String mechanism, Bytes response) {
        return sasl(list(0x41, symbol(mechanism), binary(response)));
    }

    public static Bytes saslResponse(Bytes response) {
        return sasl(list(0x43, binary(response)));
    }

    public static Bytes plain(String user, String password) {
        return saslInit("PLAIN", Bytes.utf8("\0" + user + "\0" + password));
    }

    public static Bytes open(String container, String host) {
        return amqp(list(0x10, text(container), text(host)));
    }

    public static Bytes begin() {
        return begin(0);
    }

    public static Bytes begin(int channel) {
        return frame(0, channel, list(0x11, NULL, uint(0), uint(1000), uint(1000)));
    }

    /** A link on which the client sends. */
    public static Bytes sender(String name, int handle, String address) {
        return amqp(list(
                0x12,
                text(name),
                uint(handle),
                FALSE,
                NULL,
                NULL,
                list(0x28),
                list(0x29, text(address)),
                NULL,
                NULL,
                uint(0)));
    }

    /** A link on which the client receives, with credit for 100 messages. */
    public static Bytes receiver(String name, int handle, String address) {
        return receiver(name, handle, address, 100);
    }

    /** A link on which the client receives, with a window and credit for so many messages. */
    public static Bytes receiver(String name, int handle, String address, int credit) {
        int window = Math.max(1000, credit);
        return Bytes.concat(
                amqp(list(0x12, text(name), uint(handle), TRUE, NULL, NULL, list(0x28, text(address)), list(0x29))),
                amqp(list(0x13, uint(0), uint(window), uint(0), uint(window), uint(handle), uint(0), uint(credit))));
    }

    /** A message in one transfer. */
    public static Bytes transfer(int handle, int id, Bytes message) {
        return amqp(Bytes.concat(list(0x14, uint(handle), uint(id), binary(word(id)), uint(0), FALSE, FALSE), message));
    }

    /** The beginning or the middle of a message. */
    public static Bytes part(int handle, int id, Bytes octets) {
        return amqp(Bytes.concat(list(0x14, uint(handle), uint(id), binary(word(id)), uint(0), FALSE, TRUE), octets));
    }

    /** @param correlationId as encoded */
    public static Bytes message(Bytes correlationId, Map<String, Bytes> properties, String body) {
        return Bytes.concat(
                list(0x73, NULL, NULL, NULL, NULL, NULL, correlationId),
                Bytes.hex("005374"),
                map(properties, false),
                Bytes.hex("005375"),
                binary(Bytes.utf8(body)));
    }

    /** A command as the service sends it, with its text as its id. */
    public static Bytes command(String to, String body) {
        return command(to, body, body);
    }

    public static Bytes command(String to, String id, String body) {
        return Bytes.concat(list(0x73, text(id), NULL, text(to)), Bytes.hex("005375"), binary(Bytes.utf8(body)));
    }

    public static Bytes question(String operation, String body) {
        return message(text("q"), Map.of("iotdps-operation-type", text(operation)), body);
    }

    private static Bytes sized(String code, Bytes octets) {
        return Bytes.concat(Bytes.hex(code), word(octets.length()), octets);
    }

    private static Bytes word(int number) {
        return Bytes.of(ByteBuffer.allocate(4).putInt(number).array());
    }
}
