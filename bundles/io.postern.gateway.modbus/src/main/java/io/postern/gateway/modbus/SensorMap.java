// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.gateway.Reading;
import io.postern.sensor.Measurement;
import io.postern.wire.DeviceId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * What a unit measures and where: the fields of its readings, and the fewest requests that fetch them. Fields that touch
 * or overlap are fetched by one request; registers between fields are not, since a unit may refuse addresses it lacks.
 */
record SensorMap(List<Field> fields, List<ReadRequest> requests) {
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

    private static List<ReadRequest> plan(List<Field> fields) {
        List<ReadRequest> requests = new ArrayList<>();
        for (Field field : fields.stream()
                .sorted(Comparator.comparing(Field::space).thenComparing(Field::address))
                .toList()) {
            Optional<ReadRequest> merged = requests.isEmpty() ? Optional.empty() : merged(requests.getLast(), field);
            if (merged.isPresent()) {
                requests.removeLast();
            }
            requests.add(merged.orElseGet(() ->
                    new ReadRequest(field.space(), field.address(), field.type().width())));
        }
        return List.copyOf(requests);
    }

    private static Optional<ReadRequest> merged(ReadRequest request, Field field) {
        int end = request.address() + request.count();
        int count = Math.max(end, field.address() + field.type().width()) - request.address();
        boolean fits = request.space() == field.space()
                && field.address() <= end
                && count <= request.space().mostAtOnce();
        return fits ? Optional.of(new ReadRequest(request.space(), request.address(), count)) : Optional.empty();
    }

    /**
     * The reading that the answers make.
     *
     * @param frames the answers to {@link #requests}
     * @return empty when no field has a value
     */
    Optional<Reading> decode(DeviceId leaf, Instant taken, List<Frame> frames) {
        var values = new LinkedHashMap<String, Measurement>();
        for (Field field : fields) {
            field.decode(frameOf(field, frames)).ifPresent(value -> values.put(field.name(), value));
        }
        return values.isEmpty() ? Optional.empty() : Optional.of(new Reading(leaf, taken, values));
    }

    private static Frame frameOf(Field field, List<Frame> frames) {
        return frames.stream()
                .filter(frame -> frame.request()
                        .covers(field.space(), field.address(), field.type().width()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no answer holds the field " + field.name()));
    }
}
