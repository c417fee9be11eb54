// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import io.postern.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/** How requests and answers are wrapped on their way. */
public enum Framing {
    /** Octets, parted by silence and closed by a check sum. spec: Modbus over serial line 1.02, 2.5.1. */
    RTU(3),
    /** Hexadecimal digits between a colon and the end of a line. spec: Modbus over serial line 1.02, 2.5.2. */
    ASCII(7),
    /** Numbered, with their length in front. spec: Modbus messaging on TCP/IP 1.0b, 3.1.3. */
    TCP(7);

    private final int overhead;

    Framing(int overhead) {
        this.overhead = overhead;
    }

    public static Optional<Framing> named(String text) {
        for (Framing framing : values()) {
            if (framing.toString().equals(text)) {
                return Optional.of(framing);
            }
        }
        return Optional.empty();
    }

    /** How many characters a request or answer of {@code pdu} octets has with all that is around it. */
    public int characters(int pdu) {
        return overhead + (this == ASCII ? 2 * pdu : pdu);
    }

    /**
     * A whole frame.
     *
     * @param number of the transaction, 0 to 65535; on TCP only
     */
    public Bytes frame(int unit, int number, Bytes pdu) {
        Bytes body = Bytes.concat(Bytes.of((byte) unit), pdu);
        return switch (this) {
            case RTU -> {
                int crc = Crc16.of(body.toArray(), 0, body.length());
                yield Bytes.concat(body, Bytes.of((byte) crc, (byte) (crc >> 8)));
            }
            case ASCII -> {
                Bytes closed = Bytes.concat(body, Bytes.of(lrc(body)));
                String digits = HexFormat.of().withUpperCase().formatHex(closed.toArray());
                yield Bytes.of((":" + digits + "\r\n").getBytes(StandardCharsets.US_ASCII));
            }
            case TCP -> {
                int length = body.length();
                Bytes head = Bytes.of(
                        (byte) (number >> 8), (byte) number, (byte) 0, (byte) 0, (byte) (length >> 8), (byte) length);
                yield Bytes.concat(head, body);
            }
        };
    }

    /**
     * What finds the answer to {@code request} in what is heard.
     *
     * @param number of the transaction; on TCP only
     * @param echo what the line says back before the answer; empty when it does not echo
     */
    public AnswerParser parser(int unit, int number, Request request, Bytes echo) {
        return switch (this) {
            case RTU -> new RtuAnswerParser(unit, request, echo);
            case ASCII -> new AsciiAnswerParser(unit, request, echo);
            case TCP -> new TcpAnswerParser(unit, number, request, echo);
        };
    }

    /** What finds requests in what a unit hears. */
    public RequestParser requests() {
        return switch (this) {
            case RTU -> new RtuRequestParser();
            case ASCII -> new AsciiRequestParser();
            case TCP -> new TcpRequestParser();
        };
    }

    /** The sum of all octets and this one is 0. spec: Modbus over serial line 1.02, 6.2.1. */
    static byte lrc(Bytes octets) {
        int sum = 0;
        for (int i = 0; i < octets.length(); i++) {
            sum += octets.at(i);
        }
        return (byte) -sum;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
