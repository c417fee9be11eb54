// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim;

import io.postern.wire.DurationText;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A fault and when it is there.
 *
 * @param unit whose fault it is; empty for all, and for faults of the line
 * @param start from the beginning of the simulation
 * @param lasts empty when it stays
 */
public record PlannedFault(OptionalInt unit, Fault fault, Duration start, Optional<Duration> lasts) {
    // [UNIT/]KIND[:ARGUMENT][@START[/DURATION]]
    private static final Pattern FORM =
            Pattern.compile("(?:([0-9]{1,3})/)?([a-z-]+(?::[^@/]*)?)(?:@([^/]+)(?:/(.+))?)?");

    public static PlannedFault always(Fault fault) {
        return new PlannedFault(OptionalInt.empty(), fault, Duration.ZERO, Optional.empty());
    }

    public static PlannedFault always(int unit, Fault fault) {
        return new PlannedFault(OptionalInt.of(unit), fault, Duration.ZERO, Optional.empty());
    }

    /**
     * As the command line has it: {@code mute}, {@code 7/late:800ms}, {@code 7/crc@30s/10s}.
     *
     * @throws IllegalArgumentException when it is nothing like it
     */
    public static PlannedFault parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "a fault is [UNIT/]KIND[:ARGUMENT][@START[/DURATION]], as 7/late:800ms@30s/10s, not \"" + text
                            + "\"");
        }
        OptionalInt unit =
                parts.group(1) == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(parts.group(1)));
        Fault fault = Fault.parse(parts.group(2));
        if (fault.isOfLine() && unit.isPresent()) {
            throw new IllegalArgumentException(
                    "the fault \"" + parts.group(2) + "\" is of the line, not of unit " + unit.getAsInt());
        }
        return new PlannedFault(
                unit,
                fault,
                parts.group(3) == null ? Duration.ZERO : DurationText.parse(parts.group(3)),
                Optional.ofNullable(parts.group(4)).map(DurationText::parse));
    }

    /** Whether it is one of the instrument with that number. */
    public boolean concerns(int which) {
        return !fault.isOfLine() && (unit.isEmpty() || unit.getAsInt() == which);
    }

    /** Whether it is there so long after the beginning. */
    public boolean isActive(Duration elapsed) {
        return elapsed.compareTo(start) >= 0 && (lasts.isEmpty() || elapsed.compareTo(start.plus(lasts.get())) < 0);
    }
}
