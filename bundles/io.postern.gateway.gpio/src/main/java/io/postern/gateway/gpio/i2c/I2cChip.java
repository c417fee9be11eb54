// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio.i2c;

import io.postern.gateway.gpio.bus.BusOwners;
import io.postern.sensor.Fingerprint;
import io.postern.sensor.Observation;
import io.postern.sensor.i2c.Block;
import io.postern.sensor.i2c.I2cMap;
import io.postern.sensor.i2c.Value;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * One chip, read by its bus's thread alone. The bus is opened for each round and given back after it: an adapter that was
 * pulled is found again, and nothing stays open between.
 */
final class I2cChip implements BusOwners.Reader {
    private final I2cBus.Opener opener;
    private final String bus;
    private final int chip;
    private final I2cMap map;
    private final Set<String> wanted;
    private final Map<String, byte[]> once = new HashMap<>(); // empty until the chip was met
    private boolean met;

    I2cChip(I2cBus.Opener opener, String bus, int chip, I2cMap map) {
        this.opener = opener;
        this.bus = bus;
        this.chip = chip;
        this.map = map;
        this.wanted = new HashSet<>();
        map.fields().values().forEach(field -> {
            wanted.add(field.value().block());
            field.polynomial()
                    .forEach(term -> term.calibration().map(Value::block).ifPresent(wanted::add));
        });
        map.must().forEach(must -> wanted.add(must.value().block()));
    }

    @Override
    public Observation read() throws IOException, InterruptedException {
        try (I2cBus open = opener.open(bus)) {
            meet(open);
            var answers = new HashMap<>(once);
            for (var each : map.blocks().entrySet()) {
                Block block = each.getValue();
                if (!block.once() && (wanted.contains(each.getKey()) || block.length() == 0)) {
                    answers.put(each.getKey(), ask(open, block));
                }
            }
            return new Observation(map.decode(answers));
        } catch (IOException e) {
            met = false; // it may have lost its power, and with it its settings
            throw e;
        }
    }

    private void meet(I2cBus open) throws IOException, InterruptedException {
        if (met) {
            return;
        }
        once.clear();
        for (var each : map.blocks().entrySet()) {
            if (each.getValue().once()) {
                once.put(each.getKey(), ask(open, each.getValue()));
            }
        }
        met = true;
    }

    private byte[] ask(I2cBus open, Block block) throws IOException, InterruptedException {
        byte[] command = block.command().toArray();
        byte[] answer = new byte[block.framedLength()];
        if (block.pause().isZero()) {
            open.transfer(chip, command, answer);
        } else {
            open.transfer(chip, command, new byte[0]);
            open.rest(block.pause());
            if (answer.length > 0) {
                open.transfer(chip, new byte[0], answer);
            }
        }
        return block.data(answer);
    }

    Fingerprint identify() throws IOException, InterruptedException {
        var needed = new HashSet<String>();
        map.identity().values().forEach(value -> needed.add(value.block()));
        var answers = new HashMap<String, byte[]>();
        try (I2cBus open = opener.open(bus)) {
            for (String name : needed) {
                answers.put(
                        name,
                        ask(open, Optional.ofNullable(map.blocks().get(name)).orElseThrow()));
            }
        }
        return new Fingerprint(new TreeMap<>(map.identify(answers)));
    }
}
