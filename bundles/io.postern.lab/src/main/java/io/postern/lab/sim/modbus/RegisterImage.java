// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim.modbus;

import io.postern.sensor.modbus.Block;
import io.postern.sensor.modbus.Space;
import io.postern.sensor.modbus.Span;
import io.postern.wire.Bytes;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The bits and registers an instrument has, and no others. Used by one thread at a time. */
public final class RegisterImage {
    private static final int ADDRESSES = 0x10000;

    private final Map<Space, SortedMap<Integer, Integer>> spaces = new EnumMap<>(Space.class);

    /** Gives the instrument {@code values} from {@code address} on: 0 and 1 for bits, 0 to 65535 for registers. */
    public void put(Space space, int address, int... values) {
        if (address < 0 || address + values.length > ADDRESSES) {
            throw new IllegalArgumentException(
                    "addresses are 0 to 65535, not " + address + " and " + values.length + " from there");
        }
        for (int i = 0; i < values.length; i++) {
            of(space).put(address + i, values[i] & 0xFFFF);
        }
    }

    /** Gives the instrument what {@code block} has. */
    public void put(Block block) {
        Span span = block.span();
        for (int at = span.address(); at < span.end(); at++) {
            boolean bits = span.space().isBits();
            of(span.space()).put(at, bits ? (block.bit(at) ? 1 : 0) : block.register(at));
        }
    }

    /** Lets what is not there yet in {@code span} read as zero. */
    public void define(Span span) {
        for (int at = span.address(); at < span.end(); at++) {
            of(span.space()).putIfAbsent(at, 0);
        }
    }

    /** What stands in {@code span}; zero where nothing is. */
    public Block block(Span span) {
        var octets = new byte[span.octets()];
        for (int i = 0; i < span.count(); i++) {
            int value = at(span.space(), span.address() + i).orElse(0);
            if (!span.space().isBits()) {
                octets[2 * i] = (byte) (value >> 8);
                octets[2 * i + 1] = (byte) value;
            } else if (value != 0) {
                octets[i / 8] |= (byte) (1 << i % 8);
            }
        }
        return new Block(span, Bytes.of(octets));
    }

    /** What is at {@code address}; empty when the instrument has nothing there. */
    public Optional<Integer> at(Space space, int address) {
        return Optional.ofNullable(of(space).get(address));
    }

    boolean has(Space space, int address, int count) {
        return of(space).subMap(address, address + count).size() == count;
    }

    /** Whether addresses below {@code end} are more than the lower half of those there are. */
    boolean reachesBeyondHalf(Space space, int end) {
        int all = of(space).size();
        return of(space).headMap(end).size() > (all + 1) / 2;
    }

    private SortedMap<Integer, Integer> of(Space space) {
        return spaces.computeIfAbsent(space, _ -> new TreeMap<>());
    }
}
