// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.gateway.Reading;
import io.postern.sensor.Measurement;
import io.postern.sensor.modbus.Block;
import io.postern.sensor.modbus.BlockPlanner;
import io.postern.sensor.modbus.BusTime;
import io.postern.sensor.modbus.Framing;
import io.postern.sensor.modbus.Request;
import io.postern.sensor.modbus.Span;
import io.postern.wire.DeviceId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * What a unit measures and where: the fields of its readings, and the fewest requests that fetch them. Fields that touch
 * or overlap are fetched by one request; registers between fields are not, since a unit may refuse addresses it lacks.
 */
record SensorMap(List<Field> fields, List<Request.Read> requests) {
    private static final int MOST_FIELDS = 250; // what two full requests hold

    /** @throws IllegalArgumentException naming the line that is wrong */
    static SensorMap parse(List<String> lines) {
        if (lines.isEmpty() || lines.size() > MOST_FIELDS) {
            throw new IllegalArgumentException("registers: 1 to " + MOST_FIELDS
                    + " lines such as voltage=holding:0:u16:0.1 are needed, not " + lines.size());
        }
        List<Field> fields = lines.stream().map(Field::parse).toList();
        var names = new HashSet<String>();
        for (Field field : fields) {
            if (!names.add(field.name())) {
                throw new IllegalArgumentException("registers: the name " + field.name() + " stands there twice");
            }
        }
        return new SensorMap(fields, plan(fields));
    }

    private static List<Request.Read> plan(List<Field> fields) {
        var time = new BusTime(Framing.RTU, Duration.ZERO, Duration.ZERO, Duration.ofMillis(1));
        return new BlockPlanner(List.of(), List.of(), time)
                .plan(fields.stream().map(SensorMap::span).toList());
    }

    private static Span span(Field field) {
        return new Span(field.space(), field.address(), field.type().width());
    }

    /**
     * The reading that the answers make.
     *
     * @param frames the answers to {@link #requests}
     * @return empty when no field has a value
     */
    Optional<Reading> decode(DeviceId leaf, Instant taken, List<Block> frames) {
        var values = new LinkedHashMap<String, Measurement>();
        for (Field field : fields) {
            field.decode(frameOf(field, frames)).ifPresent(value -> values.put(field.name(), value));
        }
        return values.isEmpty() ? Optional.empty() : Optional.of(new Reading(leaf, taken, values));
    }

    private static Block frameOf(Field field, List<Block> frames) {
        return frames.stream()
                .filter(frame -> frame.span().covers(span(field)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no answer holds the field " + field.name()));
    }
}
