// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.gateway.spi.Line;
import io.postern.sensor.Fingerprint;
import io.postern.sensor.Measurement;
import io.postern.sensor.modbus.Answer;
import io.postern.sensor.modbus.BlockPlanner;
import io.postern.sensor.modbus.BusTime;
import io.postern.sensor.modbus.Field;
import io.postern.sensor.modbus.Framing;
import io.postern.sensor.modbus.RegisterMap;
import io.postern.sensor.modbus.RegisterMap.Identification;
import io.postern.sensor.modbus.Request;
import io.postern.wire.Bytes;
import io.postern.wire.Shown;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/** Finds out who a unit is. Used by the line's thread alone. */
final class UnitIdentity {
    // spec: Modbus application protocol 1.1b3, 6.21: the basic objects
    private static final Map<Integer, String> OBJECTS = Map.of(0, "vendor", 1, "product", 2, "revision");
    private static final int BASIC = 1;
    private static final int MOST_PAGES = 4; // three objects of at most 245 octets
    private static final int MOST_BLOCKS = 16; // to identify costs a few exchanges, not a scan
    private static final int LAST_OF_SHAPE = 3; // illegal function, address, value: the others pass
    // the shape must not change with the speed of the line: neighbours only, as if octets cost nothing
    private static final BusTime ANY = new BusTime(Framing.RTU, Duration.ZERO, Duration.ZERO, Duration.ofMillis(1));

    private final RegisterMap map;
    private final UnitClient client;

    UnitIdentity(RegisterMap map, UnitClient client) {
        this.map = map;
        this.client = client;
    }

    Fingerprint ask(Line.Channel channel) throws IOException, InterruptedException {
        SortedMap<String, String> facts = new TreeMap<>();
        facts.put("shape", shape(channel)); // first: a unit that does not answer at all is not asked for more
        for (Field field : map.identity().facts().values()) {
            fact(channel, field).ifPresent(fact -> facts.put(field.name(), fact));
        }
        if (map.identity().device() != Identification.NO) {
            device(channel).forEach((id, text) -> {
                String name = OBJECTS.get(id);
                if (name != null && !text.isEmpty()) {
                    facts.putIfAbsent(name, Shown.of(text.toUtf8().strip()));
                }
            });
        }
        client.turnaround().ifPresent(time -> facts.put("turnaround", Long.toString(time.toMillis())));
        return new Fingerprint(facts);
    }

    private String shape(Line.Channel channel) throws IOException, InterruptedException {
        List<Request.Read> blocks = new BlockPlanner(List.of(), List.of(), ANY)
                .plan(map.fields().values().stream().map(Field::span).toList());
        var shape = new StringBuilder();
        for (Request.Read block : blocks.subList(0, Math.min(MOST_BLOCKS, blocks.size()))) {
            if (!shape.isEmpty()) {
                shape.append(' ');
            }
            shape.append(block.span().space())
                    .append(':')
                    .append(block.span().address())
                    .append('+')
                    .append(block.span().count());
            try {
                client.ask(channel, block);
            } catch (RefusedException e) {
                if (e.code().code() > LAST_OF_SHAPE) {
                    throw e;
                }
                shape.append('!').append(e.code().code());
            }
        }
        return shape.toString();
    }

    private Optional<String> fact(Line.Channel channel, Field field) throws IOException, InterruptedException {
        try {
            return client.ask(channel, new Request.Read(field.span())) instanceof Answer.Data(var block)
                    ? field.decode(block).map(UnitIdentity::text)
                    : Optional.empty();
        } catch (RefusedException e) {
            return Optional.empty();
        }
    }

    private static String text(Measurement value) {
        return switch (value) {
            case Measurement.Quantity(double number) -> Double.toString(number);
            case Measurement.Count(long number) -> Long.toString(number);
            case Measurement.Flag(boolean on) -> Boolean.toString(on);
            case Measurement.Text(String text) -> Shown.of(text);
        };
    }

    /** The objects of the device identification; none when the unit does not know the function. */
    private SortedMap<Integer, Bytes> device(Line.Channel channel) throws IOException, InterruptedException {
        SortedMap<Integer, Bytes> objects = new TreeMap<>();
        OptionalInt next = OptionalInt.of(0);
        for (int page = 0; page < MOST_PAGES && next.isPresent(); page++) {
            Optional<Answer.Identification> said = page(channel, next.getAsInt());
            if (said.isEmpty()) {
                return objects;
            }
            objects.putAll(said.get().objects());
            next = said.get().next();
        }
        return objects;
    }

    private Optional<Answer.Identification> page(Line.Channel channel, int object)
            throws IOException, InterruptedException {
        var request = new Request.Identify(BASIC, object);
        try {
            return identification(client.ask(channel, request));
        } catch (RefusedException e) {
            return Optional.empty();
        } catch (ModbusException first) {
            try {
                return identification(client.ask(channel, request));
            } catch (RefusedException e) {
                return Optional.empty();
            } catch (ModbusException second) {
                if (map.identity().device() == Identification.YES) {
                    throw second;
                }
                return Optional.empty(); // it answers reads and is silent to what it does not know
            }
        }
    }

    private static Optional<Answer.Identification> identification(Answer answer) {
        return answer instanceof Answer.Identification identification ? Optional.of(identification) : Optional.empty();
    }
}
