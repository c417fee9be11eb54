// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio.i2c;

import io.postern.sensor.i2c.Block;
import io.postern.sensor.i2c.I2cMap;
import io.postern.wire.Bytes;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A bus with chips that answer by their templates; a chip remembers the command until it is read, and answers nothing before
 * the bus has rested for as long as it needs, which takes no time here.
 */
final class SimulatedBus implements I2cBus.Opener {
    private record Chip(I2cMap map, Map<String, Double> shown) {}

    final AtomicInteger open = new AtomicInteger();
    final AtomicInteger busy = new AtomicInteger();
    volatile boolean gone;
    volatile boolean noisy;
    private final Map<Integer, Chip> chips = new ConcurrentHashMap<>();
    private final Map<Integer, Bytes> commands = new ConcurrentHashMap<>();
    private volatile Duration rested = Duration.ZERO; // since the last command

    void put(int address, I2cMap map, Map<String, Double> shown) {
        chips.put(address, new Chip(map, new ConcurrentHashMap<>(shown)));
    }

    void show(int address, String field, double value) {
        Objects.requireNonNull(chips.get(address)).shown().put(field, value);
    }

    void pull(int address) {
        chips.remove(address);
    }

    @Override
    public I2cBus open(String bus) throws IOException {
        if (gone) {
            throw new IOException("there is no bus " + bus);
        }
        open.incrementAndGet();
        return new I2cBus() {
            @Override
            public void transfer(int chip, byte[] command, byte[] answer) throws IOException {
                if (busy.incrementAndGet() != 1) {
                    throw new IllegalStateException("two threads speak on one bus");
                }
                try {
                    exchange(chip, command, answer);
                } finally {
                    busy.decrementAndGet();
                }
            }

            @Override
            public void rest(Duration time) {
                rested = time;
            }

            @Override
            public void close() {
                open.decrementAndGet();
            }
        };
    }

    private void exchange(int address, byte[] command, byte[] answer) throws IOException {
        Chip chip = chips.get(address);
        if (chip == null) {
            throw new IOException("no chip acknowledges at 0x" + Integer.toHexString(address));
        }
        if (command.length > 0) {
            commands.put(address, Bytes.of(command));
            rested = Duration.ZERO;
        }
        if (answer.length == 0) {
            return;
        }
        for (var each : chip.map().blocks().entrySet()) {
            Block block = each.getValue();
            if (block.command().equals(commands.get(address))) {
                if (rested.compareTo(block.pause()) < 0) {
                    throw new IOException("the chip is still busy");
                }
                byte[] framed = block.framed(
                        Objects.requireNonNull(chip.map().encode(chip.shown()).get(each.getKey())));
                System.arraycopy(framed, 0, answer, 0, answer.length);
                answer[0] ^= (byte) (noisy ? 1 : 0);
                return;
            }
        }
        throw new IOException("the chip does not know " + commands.get(address));
    }
}
