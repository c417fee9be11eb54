// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/** Whether the clock can be right at all; how far it is off is seen when a server is asked ({@link ServerCheck}). */
record ClockCheck(InstantSource clock) implements Check {
    private static final Instant THIS_RELEASE = Instant.parse("2026-01-01T00:00:00Z"); // the build's own time stamp
    private static final Instant END = THIS_RELEASE.plus(20 * 365, ChronoUnit.DAYS); // beyond any certificate we make

    @Override
    public String name() {
        return "Clock";
    }

    @Override
    public Finding examine() {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        return now.isBefore(THIS_RELEASE) || now.isAfter(END)
                ? Finding.fault(
                        "the clock says " + now + ", which cannot be: certificates and tokens will be refused",
                        "Set it and keep it: timedatectl set-ntp true. A board without a battery needs a time server in reach.")
                : Finding.good(now + ", after the date of this release");
    }
}
