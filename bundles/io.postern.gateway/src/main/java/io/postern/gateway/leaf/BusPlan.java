// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import io.postern.gateway.spi.Instrument;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Whether all that leaves want of a line fits into its time. Pure. */
final class BusPlan {
    private static final BigDecimal NOTHING = BigDecimal.valueOf(1, 9); // what a double is off by, and more

    private BusPlan() {}

    /** Fields read together. */
    record Group(Duration period, List<Instrument.Exchange> exchanges) {
        Group {
            exchanges = List.copyOf(exchanges);
        }

        /** The share of the line's time. */
        double load() {
            return exchanges.stream()
                            .mapToLong(each -> each.busTime().toNanos())
                            .sum()
                    / (double) period.toNanos();
        }
    }

    /** What one leaf wants of its line. */
    record Need(String leaf, List<Group> groups) {
        Need {
            groups = List.copyOf(groups);
        }

        double load() {
            return groups.stream().mapToDouble(Group::load).sum();
        }
    }

    /**
     * The sentence that refuses {@code candidate} on a line that serves {@code admitted}; empty when it fits.
     *
     * <p>It names what costs the most of the candidate's and the shortest period at which it would fit.
     */
    static Optional<String> refusal(String line, Collection<Need> admitted, Need candidate) {
        double others = admitted.stream().mapToDouble(Need::load).sum();
        double all = others + candidate.load();
        if (all <= 1) {
            return Optional.empty();
        }
        String costly = "";
        Duration period = Duration.ZERO;
        double most = -1;
        for (Group group : candidate.groups()) {
            for (Instrument.Exchange each : group.exchanges()) {
                double load = each.busTime().toNanos() / (double) group.period().toNanos();
                if (load > most) {
                    most = load;
                    period = group.period();
                    costly = each.what() + " each " + seconds(period) + " takes " + seconds(each.busTime());
                }
            }
        }
        return Optional.of("line " + line + " needs " + seconds(all) + " of each second: leaf " + candidate.leaf()
                + ", " + costly + "; " + advice(others, candidate.load(), period));
    }

    private static String advice(double others, double own, Duration period) {
        double room = 1 - others;
        if (room < own / 1000) { // a period a thousand times as long is no advice
            return "the line is full without it: take a leaf off it or raise the baud rate";
        }
        double shortest = Math.ceil(period.toMillis() * own / room / 100 - 1e-9) / 10; // up to the tenth of a second
        return "make the period at least " + seconds(shortest) + " or raise the baud rate";
    }

    private static String seconds(Duration duration) {
        return seconds(duration.toNanos() / 1e9);
    }

    /** Rounded up to the millisecond, so that what needs a little more than all does not read as all. */
    private static String seconds(double seconds) {
        return BigDecimal.valueOf(seconds)
                        .subtract(NOTHING)
                        .setScale(3, RoundingMode.CEILING)
                        .stripTrailingZeros()
                        .toPlainString()
                + " s";
    }
}
