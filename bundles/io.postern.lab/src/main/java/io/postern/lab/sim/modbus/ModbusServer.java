// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim.modbus;

import io.postern.sensor.modbus.Space;
import io.postern.sensor.modbus.Span;
import io.postern.wire.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.IntPredicate;

/**
 * Answers requests on an image as the standard wants it. Pure; spec: Modbus application protocol 1.1b3, 6 and 7.
 *
 * @param identity the objects of the device identification by their id; empty when the instrument has none
 * @param writable which coils and holding registers may be written, by space
 */
record ModbusServer(
        RegisterImage image, SortedMap<Integer, String> identity, Map<Space, IntPredicate> writable, Written written) {
    static final int ILLEGAL_FUNCTION = 1;
    static final int ILLEGAL_ADDRESS = 2;
    static final int ILLEGAL_VALUE = 3;

    private static final int ON = 0xFF00;
    private static final int MOST_OBJECTS_OCTETS = 253 - 7; // a PDU less the head of the answer

    /** Told of what a client has written. */
    @FunctionalInterface
    interface Written {
        void at(Span span);
    }

    /** @param pdu function code and data, at least one octet */
    Bytes answer(Bytes pdu) {
        int function = pdu.at(0);
        try {
            return switch (function) {
                case 1 -> bits(pdu, Space.COIL);
                case 2 -> bits(pdu, Space.DISCRETE);
                case 3 -> registers(pdu, Space.HOLDING);
                case 4 -> registers(pdu, Space.INPUT);
                case 5 -> writeCoil(pdu);
                case 6 -> writeRegister(pdu);
                case 15 -> writeCoils(pdu);
                case 16 -> writeRegisters(pdu);
                case 23 -> readAndWrite(pdu);
                case 43 -> identification(pdu);
                default -> throw new Refusal(ILLEGAL_FUNCTION);
            };
        } catch (Refusal no) {
            return refusal(function, no.code);
        }
    }

    static Bytes refusal(int function, int code) {
        return Bytes.of((byte) (function | 0x80), (byte) code);
    }

    private static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final int code;

        Refusal(int code) {
            super("exception " + code, null, false, false);
            this.code = code;
        }
    }

    private static int word(Bytes pdu, int at) {
        return pdu.at(at) << 8 | pdu.at(at + 1);
    }

    private static void check(boolean holds, int code) {
        if (!holds) {
            throw new Refusal(code);
        }
    }

    private void checkThere(Space space, int address, int count) {
        check(image.has(space, address, count), ILLEGAL_ADDRESS);
    }

    private void checkWritable(Space space, int address, int count) {
        checkThere(space, address, count);
        IntPredicate may = writable.getOrDefault(space, _ -> false);
        for (int i = address; i < address + count; i++) {
            check(may.test(i), ILLEGAL_ADDRESS);
        }
    }

    private Bytes bits(Bytes pdu, Space space) {
        check(pdu.length() == 5, ILLEGAL_VALUE);
        int address = word(pdu, 1);
        int count = word(pdu, 3);
        check(count >= 1 && count <= 2000, ILLEGAL_VALUE);
        checkThere(space, address, count);
        Bytes packed = image.block(new Span(space, address, count)).data();
        return Bytes.concat(Bytes.of((byte) pdu.at(0), (byte) packed.length()), packed);
    }

    private Bytes registers(Bytes pdu, Space space) {
        check(pdu.length() == 5, ILLEGAL_VALUE);
        return registers(pdu.at(0), space, word(pdu, 1), word(pdu, 3));
    }

    private Bytes registers(int function, Space space, int address, int count) {
        check(count >= 1 && count <= 125, ILLEGAL_VALUE);
        checkThere(space, address, count);
        Bytes octets = image.block(new Span(space, address, count)).data();
        return Bytes.concat(Bytes.of((byte) function, (byte) octets.length()), octets);
    }

    private Bytes writeCoil(Bytes pdu) {
        check(pdu.length() == 5 && (word(pdu, 3) == ON || word(pdu, 3) == 0), ILLEGAL_VALUE);
        int address = word(pdu, 1);
        checkWritable(Space.COIL, address, 1);
        image.put(Space.COIL, address, word(pdu, 3) == ON ? 1 : 0);
        written.at(new Span(Space.COIL, address, 1));
        return pdu;
    }

    private Bytes writeRegister(Bytes pdu) {
        check(pdu.length() == 5, ILLEGAL_VALUE);
        int address = word(pdu, 1);
        checkWritable(Space.HOLDING, address, 1);
        image.put(Space.HOLDING, address, word(pdu, 3));
        written.at(new Span(Space.HOLDING, address, 1));
        return pdu;
    }

    private Bytes writeCoils(Bytes pdu) {
        check(pdu.length() >= 6, ILLEGAL_VALUE);
        int address = word(pdu, 1);
        int count = word(pdu, 3);
        int octets = pdu.at(5);
        check(count >= 1 && count <= 1968 && octets == (count + 7) / 8 && pdu.length() == 6 + octets, ILLEGAL_VALUE);
        checkWritable(Space.COIL, address, count);
        for (int i = 0; i < count; i++) {
            image.put(Space.COIL, address + i, pdu.at(6 + i / 8) >> i % 8 & 1);
        }
        written.at(new Span(Space.COIL, address, count));
        return pdu.slice(0, 5);
    }

    private Bytes writeRegisters(Bytes pdu) {
        check(pdu.length() >= 6, ILLEGAL_VALUE);
        takeRegisters(pdu, 1, 123);
        return pdu.slice(0, 5);
    }

    private Bytes readAndWrite(Bytes pdu) {
        check(pdu.length() >= 10, ILLEGAL_VALUE);
        int address = word(pdu, 1);
        int count = word(pdu, 3);
        check(count >= 1 && count <= 125, ILLEGAL_VALUE);
        checkThere(Space.HOLDING, address, count);
        takeRegisters(pdu, 5, 121); // the write comes first
        return registers(23, Space.HOLDING, address, count);
    }

    /** Writes what is described from {@code at} on: address, count, octets, values. */
    private void takeRegisters(Bytes pdu, int at, int most) {
        int address = word(pdu, at);
        int count = word(pdu, at + 2);
        int octets = pdu.at(at + 4);
        check(count >= 1 && count <= most && octets == 2 * count && pdu.length() == at + 5 + octets, ILLEGAL_VALUE);
        checkWritable(Space.HOLDING, address, count);
        for (int i = 0; i < count; i++) {
            image.put(Space.HOLDING, address + i, word(pdu, at + 5 + 2 * i));
        }
        written.at(new Span(Space.HOLDING, address, count));
    }

    /** spec: 6.21, conformity level extended, stream and individual access. */
    private Bytes identification(Bytes pdu) {
        check(pdu.length() == 4 && pdu.at(1) == 14 && !identity.isEmpty(), ILLEGAL_FUNCTION);
        int access = pdu.at(2);
        int first = pdu.at(3);
        check(access >= 1 && access <= 4, ILLEGAL_VALUE);
        int last =
                switch (access) {
                    case 1 -> 0x02;
                    case 2 -> 0x7F;
                    case 3 -> 0xFF;
                    default -> first;
                };
        if (access == 4) {
            check(identity.containsKey(first), ILLEGAL_ADDRESS);
        } else if (!identity.containsKey(first) || first > last) {
            first = 0;
        }
        var objects = new ByteArrayOutputStream();
        int count = 0;
        int next = 0;
        for (var object : identity.subMap(first, last + 1).entrySet()) {
            byte[] text = object.getValue().getBytes(StandardCharsets.US_ASCII);
            if (objects.size() + 2 + text.length > MOST_OBJECTS_OCTETS) {
                next = object.getKey();
                break;
            }
            objects.write(object.getKey());
            objects.write(text.length);
            objects.writeBytes(text);
            count++;
        }
        Bytes head = Bytes.of(
                (byte) 43, (byte) 14, (byte) access, (byte) 0x83, (byte) (next > 0 ? 0xFF : 0), (byte) next, (byte)
                        count);
        return Bytes.concat(head, Bytes.of(objects.toByteArray()));
    }
}
