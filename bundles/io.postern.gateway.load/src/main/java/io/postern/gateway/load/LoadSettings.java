// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.load;

import io.postern.wire.DeviceId;
import io.postern.wire.Setting;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the load is made of, checked.
 *
 * @param ledger the file that account is kept in
 * @param leaves each has to stand in the key leaves of the gateway
 * @param streams of each leaf, which count for themselves
 * @param begin what to do at once; empty waits for the command
 */
record LoadSettings(Path ledger, List<DeviceId> leaves, int streams, Optional<Demand> begin) {
    private static final int MOST_LEAVES = 1000; // of a gateway
    private static final int MOST_STREAMS = 64;
    private static final int MOST_LINES = 1000;

    /**
     * How much, and by how many.
     *
     * @param perSecond readings of all leaves together; 0 for as many as are taken
     * @param total after which it ends; 0 for never
     * @param lines threads, each of which serves its part of the streams in turns; 0 for a number that suits
     * @param leaves of the first so many; 0 for all
     */
    record Demand(double perSecond, long total, int lines, int leaves) {
        static final Demand FULL = new Demand(0, 0, 0);

        Demand(double perSecond, long total, int lines) {
            this(perSecond, total, lines, 0);
        }

        Demand {
            if (!(perSecond >= 0 && perSecond <= 1e6)) {
                throw new IllegalArgumentException("perSecond: 0 to 1000000, not " + perSecond);
            }
            if (total < 0) {
                throw new IllegalArgumentException("total: 0 for no end, or more; not " + total);
            }
            if (lines < 0 || lines > MOST_LINES) {
                throw new IllegalArgumentException("lines: 0 to " + MOST_LINES + ", not " + lines);
            }
            if (leaves < 0) {
                throw new IllegalArgumentException("leaves: 0 for all, or the first so many; not " + leaves);
            }
        }

        /** {@code full}, or a number of readings a second. */
        static Demand parse(String text) {
            return text.equals("full") ? FULL : new Demand(Double.parseDouble(text), 0, 0);
        }
    }

    /** @throws IllegalArgumentException naming the key whose value cannot be used */
    static LoadSettings of(LoadComponent.Config config) {
        if (config.leaves() < 1 || config.leaves() > MOST_LEAVES) {
            throw new IllegalArgumentException("leaves: 1 to " + MOST_LEAVES + ", not " + config.leaves());
        }
        if (config.streams() < 1 || config.streams() > MOST_STREAMS) {
            throw new IllegalArgumentException("streams: 1 to " + MOST_STREAMS + ", not " + config.streams());
        }
        List<DeviceId> leaves = new ArrayList<>();
        for (int number = 0; number < config.leaves(); number++) {
            leaves.add(Setting.parse("prefix", config.prefix() + number, DeviceId::of));
        }
        return new LoadSettings(
                Setting.parse("ledger", config.ledger(), Path::of),
                List.copyOf(leaves),
                config.streams(),
                config.begin().isBlank()
                        ? Optional.empty()
                        : Optional.of(Setting.parse("begin", config.begin(), Demand::parse)));
    }
}
