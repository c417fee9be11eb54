// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim.modbus;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The bits and registers an instrument has, and no others. Used by one thread at a time. */
public final class RegisterImage {
    /** spec: Modbus application protocol 1.1b3, 4.3. */
    public enum Table {
        COIL,
        DISCRETE,
        HOLDING,
        INPUT
    }

    private static final int ADDRESSES = 0x10000;

    private final Map<Table, SortedMap<Integer, Integer>> tables = new EnumMap<>(Table.class);

    /** Gives the instrument {@code values} from {@code address} on: 0 and 1 for bits, 0 to 65535 for registers. */
    public void put(Table table, int address, int... values) {
        if (address < 0 || address + values.length > ADDRESSES) {
            throw new IllegalArgumentException(
                    "addresses are 0 to 65535, not " + address + " and " + values.length + " from there");
        }
        for (int i = 0; i < values.length; i++) {
            of(table).put(address + i, values[i] & 0xFFFF);
        }
    }

    /** Lets what is not there yet from {@code address} on read as zero. */
    public void define(Table table, int address, int count) {
        for (int i = address; i < address + count; i++) {
            of(table).putIfAbsent(i, 0);
        }
    }

    /** What is at {@code address}; empty when the instrument has nothing there. */
    public Optional<Integer> at(Table table, int address) {
        return Optional.ofNullable(of(table).get(address));
    }

    boolean has(Table table, int address, int count) {
        return of(table).subMap(address, address + count).size() == count;
    }

    /** Whether addresses below {@code end} are more than the lower half of those there are. */
    boolean reachesBeyondHalf(Table table, int end) {
        int all = of(table).size();
        return of(table).headMap(end).size() > (all + 1) / 2;
    }

    private SortedMap<Integer, Integer> of(Table table) {
        return tables.computeIfAbsent(table, _ -> new TreeMap<>());
    }
}
