// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.gateway.spi.Instrument;
import io.postern.gateway.spi.Line;
import io.postern.sensor.Fingerprint;
import io.postern.sensor.Measurement;
import io.postern.sensor.Observation;
import io.postern.sensor.modbus.Block;
import io.postern.sensor.modbus.BlockPlanner;
import io.postern.sensor.modbus.BusTime;
import io.postern.sensor.modbus.Field;
import io.postern.sensor.modbus.RegisterMap;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/** One unit on a line. */
final class ModbusInstrument implements Instrument.Polled {
    private static final Duration USUAL_TURNAROUND = Duration.ofMillis(5); // of meters that answer at once

    private final UnitAddress address;
    private final RegisterMap map;
    private final UnitBlocks blocks;
    private final UnitIdentity identity;
    private final UnitWriter writer;

    ModbusInstrument(UnitAddress address, RegisterMap map, LongSupplier nanoTime) {
        this.address = address;
        this.map = map;
        var client = new UnitClient(address, map.timeout(), nanoTime);
        this.blocks = new UnitBlocks(address.unit(), map, client, nanoTime);
        this.identity = new UnitIdentity(map, client);
        this.writer = new UnitWriter(address.unit(), map, client);
    }

    @Override
    public List<Exchange> plan(Line.Timing timing, Set<String> fields) {
        BusTime time = time(timing);
        return new BlockPlanner(map.readable(), List.of(), time)
                .plan(wanted(fields).stream().map(Field::span).toList()).stream()
                        .map(read -> new Exchange(read.toString(), time.of(read)))
                        .toList();
    }

    private BusTime time(Line.Timing timing) {
        Duration turnaround = map.turnaround().isZero() ? USUAL_TURNAROUND : map.turnaround();
        return new BusTime(
                address.framing(), timing.characterTime(), timing.silence(), turnaround.plus(timing.latency()));
    }

    private List<Field> wanted(Set<String> fields) {
        return map.fields().values().stream()
                .filter(field -> fields.contains(field.name()))
                .toList();
    }

    @Override
    public Observation read(Line.Channel channel, Set<String> fields) throws IOException, InterruptedException {
        List<Field> wanted = wanted(fields);
        List<Block> fetched = blocks.fetch(channel, time(channel.timing()), wanted);
        var values = new LinkedHashMap<String, Measurement>();
        for (Field field : wanted) {
            fetched.stream()
                    .filter(block -> block.span().covers(field.span()))
                    .findFirst()
                    .flatMap(field::decode)
                    .ifPresent(value -> values.put(field.name(), value));
        }
        return new Observation(values);
    }

    @Override
    public Fingerprint identify(Line.Channel channel) throws IOException, InterruptedException {
        blocks.forget(); // whoever asks who it is may have another unit before him
        return identity.ask(channel);
    }

    @Override
    public Measurement write(Line.Channel channel, String field, Measurement value)
            throws IOException, InterruptedException {
        return writer.write(channel, field, value);
    }
}
