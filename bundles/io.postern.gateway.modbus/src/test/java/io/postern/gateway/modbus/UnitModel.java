// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.drivertest.SimulatedInstrument;
import io.postern.sensor.Measurement;
import io.postern.sensor.modbus.Answer;
import io.postern.sensor.modbus.Block;
import io.postern.sensor.modbus.ExceptionCode;
import io.postern.sensor.modbus.Field;
import io.postern.sensor.modbus.Framing;
import io.postern.sensor.modbus.RegisterMap;
import io.postern.sensor.modbus.Request;
import io.postern.sensor.modbus.Span;
import io.postern.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Unit 7: it has what the fields of a map cover, and nothing else. */
final class UnitModel implements SimulatedInstrument {
    static final int UNIT = 7;

    final List<Request> asked = new ArrayList<>();
    final Set<Integer> unknownFunctions = new HashSet<>();
    final SortedMap<Integer, Bytes> objects = new TreeMap<>();
    private final Framing framing;
    private final RegisterMap map;
    private final Map<Span, Block> content = new HashMap<>(); // by single bit or register

    UnitModel(Framing framing, RegisterMap map) {
        this.framing = framing;
        this.map = map;
        map.fields().values().forEach(field -> put(Block.zero(field.span())));
        map.commands()
                .values()
                .forEach(command -> put(Block.zero(command.field().span())));
        map.identity().facts().values().forEach(field -> put(Block.zero(field.span())));
    }

    UnitModel showing(Map<String, Measurement> values) {
        values.forEach((name, value) -> {
            Field field = Objects.requireNonNull(map.fields().get(name), name);
            put(field.encode(value, get(field.span()).orElseThrow()));
        });
        return this;
    }

    /** Lets the unit have nothing there. */
    UnitModel without(Span span) {
        singles(span).forEach(content::remove);
        return this;
    }

    void put(Block block) {
        singles(block.span()).forEach(single -> content.put(single, block.part(single)));
    }

    private static List<Span> singles(Span span) {
        List<Span> singles = new ArrayList<>();
        for (int address = span.address(); address < span.end(); address++) {
            singles.add(new Span(span.space(), address, 1));
        }
        return singles;
    }

    Optional<Block> get(Span span) {
        var data = new byte[span.octets()];
        List<Span> singles = singles(span);
        for (int i = 0; i < singles.size(); i++) {
            Block single = content.get(singles.get(i));
            if (single == null) {
                return Optional.empty();
            }
            if (span.space().isBits()) {
                data[i / 8] |= (byte) (single.data().at(0) << i % 8);
            } else {
                data[2 * i] = (byte) single.data().at(0);
                data[2 * i + 1] = (byte) single.data().at(1);
            }
        }
        return Optional.of(new Block(span, Bytes.of(data)));
    }

    @Override
    public byte[] answer(byte[] question) {
        Request request = Request.decode(pdu(question)).orElseThrow();
        asked.add(request);
        return say(UNIT, question, answer(request).encode(request));
    }

    private Answer answer(Request request) {
        if (unknownFunctions.contains(request.function())) {
            return new Answer.Refused(new ExceptionCode(1));
        }
        return switch (request) {
            case Request.Read(Span span) ->
                get(span).<Answer>map(Answer.Data::new).orElseGet(() -> new Answer.Refused(new ExceptionCode(2)));
            case Request.WriteOne(Block block) -> written(block);
            case Request.WriteMany(Block block) -> written(block);
            case Request.ReadWrite(Span read, Block block) -> {
                put(block);
                yield new Answer.Data(get(read).orElseThrow());
            }
            case Request.Identify(int _, int object) -> identification(object);
        };
    }

    private Answer written(Block block) {
        if (get(block.span()).isEmpty()) {
            return new Answer.Refused(new ExceptionCode(2));
        }
        put(block);
        return new Answer.Written();
    }

    /** One object in each answer, as units with little memory do. */
    private Answer identification(int object) {
        if (objects.isEmpty()) {
            return new Answer.Refused(new ExceptionCode(1));
        }
        SortedMap<Integer, Bytes> rest = objects.tailMap(object);
        SortedMap<Integer, Bytes> more = rest.tailMap(rest.firstKey() + 1);
        return new Answer.Identification(
                1,
                more.isEmpty() ? OptionalInt.empty() : OptionalInt.of(more.firstKey()),
                rest.headMap(rest.firstKey() + 1));
    }

    @Override
    public Optional<byte[]> refusal(byte[] question) {
        Request request = Request.decode(pdu(question)).orElseThrow();
        return Optional.of(say(UNIT, question, new Answer.Refused(new ExceptionCode(4)).encode(request)));
    }

    @Override
    public Optional<byte[]> neighbour(byte[] question) {
        Request request = Request.decode(pdu(question)).orElseThrow();
        return Optional.of(say(UNIT + 1, question, answer(request).encode(request)));
    }

    private byte[] say(int unit, byte[] question, Bytes pdu) {
        int number = (question[0] & 0xFF) << 8 | question[1] & 0xFF; // of TCP; the others have none
        return framing.frame(unit, number, pdu).toArray();
    }

    private Bytes pdu(byte[] question) {
        Bytes octets = Bytes.of(question);
        return switch (framing) {
            case RTU -> octets.slice(1, octets.length() - 2);
            case ASCII -> {
                String digits = new String(question, StandardCharsets.US_ASCII);
                Bytes all = Bytes.hex(digits.substring(1, digits.length() - 2));
                yield all.slice(1, all.length() - 1);
            }
            case TCP -> octets.slice(7, octets.length());
        };
    }
}
