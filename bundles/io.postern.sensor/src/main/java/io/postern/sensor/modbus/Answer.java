// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import io.postern.wire.Bytes;
import java.util.Collections;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a unit says to a {@link Request}, checked against it. */
public sealed interface Answer {
    /** To functions 1 to 4 and 23. */
    record Data(Block block) implements Answer {}

    /** To functions 5, 6, 15 and 16: it says back what was written. */
    record Written() implements Answer {}

    /**
     * To function 43/14. spec: Modbus application protocol 1.1b3, 6.21.
     *
     * @param conformity 1 basic, 2 regular, 3 extended; 128 more when single objects can be asked for
     * @param next the object to ask for next; empty when this was all
     * @param objects by their id: 0 vendor, 1 product code, 2 revision, 4 product name, 5 model name
     */
    record Identification(int conformity, OptionalInt next, SortedMap<Integer, Bytes> objects) implements Answer {
        public Identification {
            objects = Collections.unmodifiableSortedMap(new TreeMap<>(objects));
        }
    }

    /** To any function: it does not do it. */
    record Refused(ExceptionCode code) implements Answer {}

    /** The octets behind the unit id, as the answer to {@code request}. */
    default Bytes encode(Request request) {
        int function = request.function();
        return switch (this) {
            case Data(Block block) ->
                Bytes.concat(Bytes.of((byte) function, (byte) block.data().length()), block.data());
            case Written() -> request.encode().slice(0, Request.HEAD);
            case Identification identification -> identification(function, request, identification);
            case Refused(ExceptionCode code) -> Bytes.of((byte) (function | Request.EXCEPTION), (byte) code.code());
        };
    }

    private static Bytes identification(int function, Request request, Identification said) {
        Bytes all = Bytes.of(
                (byte) function,
                (byte) Request.DEVICE_IDENTIFICATION,
                (byte) request.encode().at(2),
                (byte) said.conformity(),
                (byte) (said.next().isPresent() ? 0xFF : 0),
                (byte) said.next().orElse(0),
                (byte) said.objects().size());
        for (var object : said.objects().entrySet()) {
            Bytes head = Bytes.of(
                    object.getKey().byteValue(), (byte) object.getValue().length());
            all = Bytes.concat(all, head, object.getValue());
        }
        return all;
    }
}
