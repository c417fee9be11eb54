// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What DTDL can measure, and in which units: the semantic types of version 2, and those of version 3 with its quantitative
 * types extension, version 1.
 */
final class Quantities {
    private static final Map<String, List<String>> V2 = new TreeMap<>();
    private static final Map<String, List<String>> V3 = new TreeMap<>();

    static {
        try (InputStream table = Quantities.class.getResourceAsStream("quantities.txt")) {
            new String(table.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .forEach(Quantities::line);
        } catch (IOException e) {
            throw new UncheckedIOException("quantities.txt of this bundle cannot be read", e);
        }
    }

    private Quantities() {}

    private static void line(String line) {
        String[] sides = line.split(":", 2);
        List<String> units2 = words(sides[1], true);
        List<String> units3 = Stream.concat(units2.stream(), words(sides[1], false).stream())
                .sorted()
                .toList();
        for (String quantity : words(sides[0], true)) {
            V2.put(quantity, units2);
            V3.put(quantity, units3);
        }
        words(sides[0], false).forEach(quantity -> V3.put(quantity, units3));
    }

    private static List<String> words(String side, boolean old) {
        String[] halves = side.split("\\|", -1);
        String half = old ? halves[0] : halves.length > 1 ? halves[1] : "";
        return Arrays.stream(half.strip().split(" +"))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    /** The units of {@code quantity} in DTDL {@code version}, 2 or 3; empty when that version has no such quantity. */
    static Optional<List<String>> units(int version, String quantity) {
        return Optional.ofNullable((version == 2 ? V2 : V3).get(quantity));
    }

    static Set<String> all(int version) {
        return (version == 2 ? V2 : V3).keySet();
    }
}
